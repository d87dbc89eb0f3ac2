#!/usr/bin/env bash
# Prints the address of JupyterLab with its token.
set -euo pipefail
exec "$(dirname "$(readlink -f "$0")")/lakehouse" token
