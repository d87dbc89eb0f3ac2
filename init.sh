#!/usr/bin/env bash
# Once before the first `docker compose up`: looks at Docker, writes .env with generated secrets, builds the images.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

say() { echo "init: $*" >&2; }
stop() { say "$*"; exit 1; }

docker info >/dev/null 2>&1 || stop "no Docker engine answers: start Docker, or add yourself to its group, then try again"
docker compose version >/dev/null 2>&1 || stop "needs docker compose 2.24 or newer: install the package docker-compose-plugin"
compose="$(docker compose version --short | tr -d v)"
[[ "$(printf '2.24\n%s\n' "$compose" | sort -V | head -n 1)" == 2.24 ]] || stop "docker compose is $compose, needed is 2.24 or newer"
memory=$(($(docker info --format '{{.MemTotal}}') / 1048576))
((memory >= 7500)) || stop "Docker has $memory MB of memory, all servers need 8 GB: raise it in Docker Desktop's settings, or start only --profile batch with more swap"

say "building the images (a quarter of an hour at first, then seconds)"
# secrets are for nobody else to read
umask 077
touch .env
docker build --target tools --tag lakehouse/tools:0.1.0 --build-arg "BASE_IMAGE=${BASE_IMAGE:-debian:bookworm-slim}" .
# values that stand in .env are left alone
docker run --rm -i lakehouse/tools:0.1.0 secrets <.env >.env.new
mv .env.new .env
docker compose --profile all build

# images of vendors: what cannot be had is left out, and asked for again the next time
vendors=(console)
for name in "${vendors[@]}"; do
  variable="LAKEHOUSE_$(tr a-z A-Z <<<"$name")"
  (grep -v "^$variable=unavailable$" .env || true) >.env.new && cat .env.new >.env && rm .env.new
  docker compose --profile all pull --quiet --policy missing "$name" 2>/dev/null && continue
  say "$name is left out, as its image cannot be pulled; run ./init.sh again when it can"
  echo "$variable=unavailable" >>.env
done
say "ready. Next: docker compose --profile all up -d --wait && ./after-compose.sh"
