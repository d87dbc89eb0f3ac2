#!/usr/bin/env bash
# Prints the address of JupyterLab with its token: get-token.sh [--runtime docker | --runtime processes]
# Told neither, that of the container where one runs, else of the local server.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"

if (($# == 0)); then
  running="$(docker compose ps --services --status running 2>/dev/null || true)"
  if grep -qx jupyter <<<"$running"; then set -- --runtime docker; fi
fi
exec ./lakehouse "$@" token
