#!/usr/bin/env bash
# After `docker compose up`: waits until all is ready, makes what is missing, deploys the flows, loads the sources.
# May run again at any time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source containers/compose.sh

# databases, folders on HDFS, topics, keyspace and flows are made where they are missing
running="$(docker compose ps --services --status running)"
for known in airflow-scheduler:batch nifi:stream superset:bi metrics:monitoring; do
  grep -qx "${known%:*}" <<<"$running" || continue
  ./lakehouse --runtime docker up "${known#*:}"
done
if ! grep -qx postgres <<<"$running"; then
  echo "after-compose: without the profile batch or bi there are no sources to load" >&2
  exit
fi
# what init.sh downloaded or generated, or the folder that you name
from=/data/generated/source
[[ -z "$(mounted "$(resolved)" source)" ]] || from=/data/source
./lakehouse --runtime docker load --from "$from"
echo "after-compose: ready. Next: ./lakehouse --runtime docker run --all, then ./lakehouse --runtime docker verify" >&2
