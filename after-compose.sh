#!/usr/bin/env bash
# After `docker compose up`: waits until all is ready, makes what is missing, deploys the flows, loads the sources.
# ./after-compose.sh [--profile NAME]...: for these profiles or workloads; without, for what runs.
# May run again at any time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source containers/compose.sh

say() { echo "after-compose: $*" >&2; }
wanted=()
while (($#)); do
  case "$1" in
    --profile) wanted+=("${2:?--profile needs a name}"); shift ;;
    --profile=*) wanted+=("${1#--profile=}") ;;
    -h | --help) sed -n 's/^# \(After\|May\|\.\)/\1/p' after-compose.sh; exit ;;
    *) say "takes --profile NAME, any number of times, and no '$1'"; exit 2 ;;
  esac
  shift
done

running="$(docker compose ps --services --status running)"
if ((${#wanted[@]} == 0)); then
  for folder in services/*/; do
    folder="$(basename "$folder")"
    for container in $(members "$folder"); do
      if grep -qx "$container" <<<"$running"; then wanted+=("$folder"); break; fi
    done
  done
fi
if ((${#wanted[@]} == 0)); then
  say "no server runs: start with docker compose --profile batch up -d --wait"
  exit 1
fi
# databases, folders on HDFS, topics, keyspace and flows are made where they are missing
./lakehouse --runtime docker up "${wanted[@]}"
# not by a pipe: grep ends at the first match, and Docker's end by SIGPIPE would count as no match
running="$(docker compose ps --services --status running)"
if ! grep -qx postgres <<<"$running"; then
  say "PostgreSQL does not run, so there are no sources to load"
  exit
fi
# what init.sh downloaded or generated, or the folder that you name
from=/data/generated/source
[[ -z "$(mounted "$(described --profile all --profile cli config)" source)" ]] || from=/data/source
./lakehouse --runtime docker load --from "$from"
say "ready. Next: ./lakehouse --runtime docker run --all, then ./lakehouse --runtime docker verify"
