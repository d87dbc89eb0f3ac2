#!/usr/bin/env bash
# Once before the first `docker compose up`: looks at Docker, writes .env with generated secrets, builds the images.
# ./init.sh [--profile NAME]...: only what these profiles or workloads need; without, what all need.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source containers/compose.sh

say() { echo "init: $*" >&2; }
stop() { say "$*"; exit 1; }

wanted=()
while (($#)); do
  case "$1" in
    --profile) wanted+=("${2:?--profile needs a name}"); shift ;;
    --profile=*) wanted+=("${1#--profile=}") ;;
    -h | --help) sed -n 's/^# \(Once\|\.\)/\1/p' init.sh; exit ;;
    *) stop "takes --profile NAME, any number of times, and no '$1'" ;;
  esac
  shift
done

docker info >/dev/null 2>&1 || stop "no Docker engine answers: start Docker, or add yourself to its group, then try again"
docker compose version >/dev/null 2>&1 || stop "needs docker compose 2.24 or newer: install the package docker-compose-plugin"
compose="$(docker compose version --short | tr -d v)"
[[ "$(printf '2.24\n%s\n' "$compose" | sort -V | head -n 1)" == 2.24 ]] || stop "docker compose is $compose, needed is 2.24 or newer"
names=("${wanted[@]:-all}")
choose "${names[@]}" ||
  stop "no profile or workload is called '$unknown': there are $(known | paste -s -d ' ' -)"
# with images of vendors that could not be pulled the last time
described="$(LAKEHOUSE_CONSOLE="" LAKEHOUSE_GRAFANA="" described "${profiles[@]}" config \
  ${containers[@]+"${containers[@]}"})"

# a machine of 8 GB reports some 7,700 MB, and not all containers reach their limits at the same time
memory=$(($(docker info --format '{{.MemTotal}}') / 1048576))
fits() { (($(demand <<<"$1") * 85 <= memory * 100)); }
if ! fits "$described"; then
  less=""
  for name in $(known); do
    choose "$name"
    one="$(described "${profiles[@]}" config ${containers[@]+"${containers[@]}"})"
    ! fits "$one" || less+=" --profile $name ($(demand <<<"$one") MB)"
  done
  choose "${names[@]}"
  message="Docker has $memory MB of memory, ${names[*]} may take $(demand <<<"$described") MB: raise it in Docker Desktop's settings"
  [[ -n "$less" ]] || stop "$message"
  ((${#wanted[@]} == 0)) || stop "$message, or start less:$less"
  say "$message, or start only what fits:$less"
fi

# whatever can be refused is refused before the images are built
# secrets are for nobody else to read
umask 077
touch .env

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
resolved="$(described --profile all --profile cli config)"
for setting in SOURCE_DIR:source WEBLOGS_DIR:your-weblogs; do
  folder="$(mounted "$resolved" "${setting#*:}")"
  [[ -z "$folder" || -d "$folder" ]] || stop "LAKEHOUSE_${setting%:*} names $folder, which is no folder: correct it, then run ./init.sh again"
done

if [[ -z "$(docker ps --quiet --filter label=com.docker.compose.project=lakehouse)" ]]; then
  host="$(value LAKEHOUSE_PUBLISH_HOST 127.0.0.1)"
  needed="$(published <<<"$described")"
  for published in $(sed -n 's/.*LAKEHOUSE_PUBLISH_HOST.*{\(LAKEHOUSE_[A-Z_]*_PORT:-[0-9]*\)}.*/\1/p' docker-compose.yml); do
    name="${published%:-*}"
    port="$(value "$name" "${published#*:-}")"
    grep -qx "$port" <<<"$needed" || continue
    if (: <"/dev/tcp/$host/$port") 2>/dev/null; then
      stop "port $port is taken: end what listens there, or put $name=ANOTHER into .env, then run ./init.sh again"
    fi
  done
fi

say "building the images (a quarter of an hour at first, then seconds)"
log="$(mktemp)"
while sleep 60 &>/dev/null; do say "still building, $((SECONDS / 60)) min so far"; done &
ticker=$!
trap 'kill "$ticker" 2>/dev/null || true; rm -f "$log"' EXIT
# built ARGUMENT...: what Docker says of it, some thousand lines, only where it fails
built() { docker "$@" >"$log" 2>&1 || { tail -n 40 "$log" >&2; stop "the images cannot be built: docker $* failed, its last lines are above"; }; }
built build --target tools --tag lakehouse/tools:0.1.0 --build-arg "BASE_IMAGE=${BASE_IMAGE:-debian:bookworm-slim}" .
# values that stand in .env are left alone
docker run --rm --interactive lakehouse/tools:0.1.0 secrets <.env >.env.new
mv .env.new .env
if ((${#containers[@]})); then
  built compose "${profiles[@]}" --profile cli build --with-dependencies cli "${containers[@]}"
else
  built compose "${profiles[@]}" --profile cli build
fi
kill "$ticker"

# `docker compose up` without a profile says how to start
grep -q '^COMPOSE_PROFILES=' .env || echo COMPOSE_PROFILES=usage >>.env

# the name that walkthroughs give to the container of the streams: another project may have it
owner="$(docker ps --all --filter name='^/spark-master$' --format '{{.Label "com.docker.compose.project"}}.')"
if [[ -n "$owner" && "$owner" != lakehouse. && "$(value LAKEHOUSE_STREAMING_CONTAINER spark-master)" == spark-master ]]; then
  say "another project has a container spark-master: that of the streams is named lakehouse-streaming"
  echo LAKEHOUSE_STREAMING_CONTAINER=lakehouse-streaming >>.env
fi

# images of vendors: what cannot be had is left out, and asked for again the next time
vendors=(console grafana)
chosen="$(services <<<"$described")"
for name in "${vendors[@]}"; do
  grep -qx "$name" <<<"$chosen" || continue
  variable="LAKEHOUSE_$(tr '[:lower:]' '[:upper:]' <<<"$name")"
  (grep -v "^$variable=unavailable$" .env || true) >.env.new && mv .env.new .env
  docker compose --profile all pull --quiet --policy missing "$name" 2>/dev/null && continue
  say "$name is left out, as its image cannot be pulled; run ./init.sh again when it can"
  echo "$variable=unavailable" >>.env
done

cli=(docker compose --progress quiet run --rm --no-TTY)
source_dir="$(mounted "$resolved" source)"
if ! grep -qx postgres <<<"$chosen"; then
  say "source data: none, as ${names[*]} has no PostgreSQL"
elif [[ -n "$source_dir" ]]; then
  say "source data: your files in $source_dir"
elif [[ -n "${KAGGLE_USERNAME:-}" && -n "${KAGGLE_KEY:-}" ]]; then
  say "source data: downloading the public data from Kaggle, as $KAGGLE_USERNAME"
  "${cli[@]}" -e KAGGLE_USERNAME -e KAGGLE_KEY cli download --out /data/generated/source
else
  say "source data: no LAKEHOUSE_SOURCE_DIR, no KAGGLE_USERNAME and KAGGLE_KEY: generating 20,000 orders"
  "${cli[@]}" cli generate --orders 20000 --seed 1 --out /data/generated/source
fi
next="docker compose ${profiles[*]} up -d --wait${containers[*]+ ${containers[*]}}"
((${#wanted[@]})) || next="docker compose --profile batch --profile stream up -d --wait (or --profile all)"
say "ready. Next: $next, then ./after-compose.sh"
