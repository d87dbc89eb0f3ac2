# Values as docker compose resolves them from .env and the environment; sourced by init.sh and after-compose.sh.

# mounted TARGET: the folder of this machine that is mounted at /data/TARGET in a container; empty if none was named
mounted() {
  local folder
  folder="$(docker compose --profile all --profile cli config --format json |
    sed -n '/"source":/h; /"target": "\/data\/'"$1"'"/{x;s/.*"source": "\(.*\)",$/\1/p;}' | head -n 1)"
  # the default, which is there on every machine
  [[ "$folder" -ef containers ]] || echo "$folder"
}

# value NAME DEFAULT: of the environment, of .env, or the default
value() {
  local found="${!1:-$(sed -n "s/^$1=//p" .env | tail -n 1)}"
  echo "${found:-$2}"
}
