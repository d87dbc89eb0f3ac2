#!/usr/bin/env bash
# Prints the address of JupyterLab with its token: get-token.sh [--runtime docker]
set -euo pipefail
exec "$(dirname "$(readlink -f "$0")")/lakehouse" "$@" token
