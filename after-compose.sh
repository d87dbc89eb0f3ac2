#!/usr/bin/env bash
# After `docker compose up`: waits until all is ready, deploys the flows, loads the sources. May run again at any time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
cli=(docker compose run --rm cli)

# databases, folders on HDFS, topics, keyspace and flows are made where they are missing
"${cli[@]}" up batch
running="$(docker compose ps --services --status running)"
if grep -qx nifi <<<"$running"; then "${cli[@]}" up stream; fi

if [[ -n "${LAKEHOUSE_SOURCE_DIR:-}" ]]; then
  "${cli[@]}" load --from /data/source
elif [[ -n "${KAGGLE_USERNAME:-}" && -n "${KAGGLE_KEY:-}" ]]; then
  docker compose run --rm -e KAGGLE_USERNAME -e KAGGLE_KEY cli download --out /data/generated/kaggle
  "${cli[@]}" load --from /data/generated/kaggle
else
  echo "after-compose: no KAGGLE_USERNAME and KAGGLE_KEY, no LAKEHOUSE_SOURCE_DIR: generating orders instead" >&2
  "${cli[@]}" generate --orders 20000 --seed 1 --out /data/generated/orders
  "${cli[@]}" load --from /data/generated/orders
fi
echo "after-compose: ready. Next: ./lakehouse --runtime docker run --all, then ./lakehouse --runtime docker verify" >&2
