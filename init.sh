#!/usr/bin/env bash
# Once before the first `docker compose up`: looks at Docker, writes .env with generated secrets, builds the images.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source containers/compose.sh

say() { echo "init: $*" >&2; }
stop() { say "$*"; exit 1; }

docker info >/dev/null 2>&1 || stop "no Docker engine answers: start Docker, or add yourself to its group, then try again"
docker compose version >/dev/null 2>&1 || stop "needs docker compose 2.24 or newer: install the package docker-compose-plugin"
compose="$(docker compose version --short | tr -d v)"
[[ "$(printf '2.24\n%s\n' "$compose" | sort -V | head -n 1)" == 2.24 ]] || stop "docker compose is $compose, needed is 2.24 or newer"
memory=$(($(docker info --format '{{.MemTotal}}') / 1048576))
((memory >= 7500)) || stop "Docker has $memory MB of memory, batch and stream need 8 GB: raise it in Docker Desktop's settings, or start only --profile batch with more swap"
((memory >= 9500)) || say "Docker has $memory MB of memory: enough for --profile batch --profile stream, too little for --profile all, which needs 10 GB"

say "building the images (a quarter of an hour at first, then seconds)"
log="$(mktemp)"
while sleep 60 &>/dev/null; do say "still building, $((SECONDS / 60)) min so far"; done &
ticker=$!
trap 'kill "$ticker" 2>/dev/null || true; rm -f "$log"' EXIT
# built ARGUMENT...: what Docker says of it, some thousand lines, only where it fails
built() { docker "$@" >"$log" 2>&1 || { tail -n 40 "$log" >&2; stop "the images cannot be built: docker $* failed, its last lines are above"; }; }
built build --target tools --tag lakehouse/tools:0.1.0 --build-arg "BASE_IMAGE=${BASE_IMAGE:-debian:bookworm-slim}" .
# secrets are for nobody else to read; values that stand in .env are left alone
umask 077
touch .env
docker run --rm --interactive lakehouse/tools:0.1.0 secrets <.env >.env.new
mv .env.new .env
built compose --profile all --profile cli build
kill "$ticker"

# `docker compose up` without a profile says how to start
grep -q '^COMPOSE_PROFILES=' .env || echo COMPOSE_PROFILES=usage >>.env

# settings of processes that the compose files determine in containers
while read -r name; do
  fixed="$(sed -n "s/^$name=//p" containers/settings.env)"
  [[ -z "$fixed" || "$fixed" == *'{'* ]] || grep -q "{$name" docker-compose.yml ||
    say "$name in .env has no effect in containers, where it is $fixed"
done < <(sed -n 's/^\(LAKEHOUSE_[A-Z_]*\)=..*/\1/p' .env)

# a larger heap needs as much more memory of its container: the kernel would end it under load
for sized in SPARK:1024:2048 STREAMING:512:1280; do
  IFS=: read -r name heap limit <<<"$sized"
  more=$(($(megabytes "$(value "LAKEHOUSE_${name}_DRIVER_MEMORY" "${heap}m")") - heap))
  room=$(($(megabytes "$(value "LAKEHOUSE_${name}_MEMORY_LIMIT" "${limit}m")") - limit))
  ((more <= 0 || more <= room)) ||
    stop "LAKEHOUSE_${name}_DRIVER_MEMORY does not fit into the container: set LAKEHOUSE_${name}_MEMORY_LIMIT=$((limit + more))m in .env, too, then run ./init.sh again"
done

# a folder that is missing keeps every container from starting
resolved="$(resolved)"
for setting in SOURCE_DIR:source WEBLOGS_DIR:your-weblogs; do
  folder="$(mounted "$resolved" "${setting#*:}")"
  [[ -z "$folder" || -d "$folder" ]] || stop "LAKEHOUSE_${setting%:*} names $folder, which is no folder: correct it, then run ./init.sh again"
done

# the name that walkthroughs give to the container of the streams: another project may have it
owner="$(docker ps --all --filter name='^/spark-master$' --format '{{.Label "com.docker.compose.project"}}.')"
if [[ -n "$owner" && "$owner" != lakehouse. && "$(value LAKEHOUSE_STREAMING_CONTAINER spark-master)" == spark-master ]]; then
  say "another project has a container spark-master: that of the streams is named lakehouse-streaming"
  echo LAKEHOUSE_STREAMING_CONTAINER=lakehouse-streaming >>.env
fi

if [[ -z "$(docker compose ps --quiet --status running)" ]]; then
  host="$(value LAKEHOUSE_PUBLISH_HOST 127.0.0.1)"
  for published in $(sed -n 's/.*LAKEHOUSE_PUBLISH_HOST.*{\(LAKEHOUSE_[A-Z_]*_PORT:-[0-9]*\)}.*/\1/p' docker-compose.yml); do
    name="${published%:-*}"
    port="$(value "$name" "${published#*:-}")"
    if (: <"/dev/tcp/$host/$port") 2>/dev/null; then
      stop "port $port is taken: end what listens there, or put $name=ANOTHER into .env, then run ./init.sh again"
    fi
  done
fi

# images of vendors: what cannot be had is left out, and asked for again the next time
vendors=(console grafana)
for name in "${vendors[@]}"; do
  variable="LAKEHOUSE_$(tr '[:lower:]' '[:upper:]' <<<"$name")"
  (grep -v "^$variable=unavailable$" .env || true) >.env.new && mv .env.new .env
  docker compose --profile all pull --quiet --policy missing "$name" 2>/dev/null && continue
  say "$name is left out, as its image cannot be pulled; run ./init.sh again when it can"
  echo "$variable=unavailable" >>.env
done

cli=(docker compose --progress quiet run --rm --no-TTY)
source_dir="$(mounted "$resolved" source)"
if [[ -n "$source_dir" ]]; then
  say "source data: your files in $source_dir"
elif [[ -n "${KAGGLE_USERNAME:-}" && -n "${KAGGLE_KEY:-}" ]]; then
  say "source data: downloading the public data from Kaggle, as $KAGGLE_USERNAME"
  "${cli[@]}" -e KAGGLE_USERNAME -e KAGGLE_KEY cli download --out /data/generated/source
else
  say "source data: no LAKEHOUSE_SOURCE_DIR, no KAGGLE_USERNAME and KAGGLE_KEY: generating 20,000 orders"
  "${cli[@]}" cli generate --orders 20000 --seed 1 --out /data/generated/source
fi
say "ready. Next: docker compose --profile batch --profile stream up -d --wait (or --profile all), then ./after-compose.sh"
