#!/usr/bin/env bash
# Once before the first `docker compose up`: looks at Docker, writes .env with generated secrets, builds the images.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

say() { echo "init: $*" >&2; }
stop() { say "$*"; exit 1; }

docker info >/dev/null 2>&1 || stop "no Docker engine answers: start Docker, or add yourself to its group, then try again"
docker compose version >/dev/null 2>&1 || stop "needs docker compose 2.20 or newer: install the package docker-compose-plugin"
compose="$(docker compose version --short | tr -d v)"
[[ "$(printf '2.20\n%s\n' "$compose" | sort -V | head -n 1)" == 2.20 ]] || stop "docker compose is $compose, needed is 2.20 or newer"
memory=$(($(docker info --format '{{.MemTotal}}') / 1048576))
((memory >= 7500)) || stop "Docker has $memory MB of memory, all servers need 8 GB: raise it in Docker Desktop's settings, or start only --profile batch with more swap"

say "building the images (a quarter of an hour at first, then seconds)"
(umask 077 && touch .env .env.new)
docker build --target tools --tag lakehouse/tools:0.1.0 --build-arg "BASE_IMAGE=${BASE_IMAGE:-debian:bookworm-slim}" .
# values that stand in .env are left alone
docker run --rm -i lakehouse/tools:0.1.0 secrets <.env >.env.new
mv .env.new .env
docker compose --profile all build
say "ready. Next: docker compose --profile all up -d --wait && ./after-compose.sh"
