# Values as docker compose resolves them from .env and the environment; sourced by init.sh and after-compose.sh.

# resolved: the services with all values, once for every call of `mounted`
resolved() { docker compose --profile all --profile cli config --format json; }

# mounted RESOLVED TARGET: the folder of this machine that is mounted at /data/TARGET; empty if none was named
mounted() {
  local folder
  folder="$(echo "$1" |
    sed -n '/"source":/h; /"target": "\/data\/'"$2"'"/{x;s/.*"source": "\(.*\)",$/\1/p;}' | head -n 1)"
  # the default, which is there on every machine
  [[ "$folder" -ef containers ]] || echo "$folder"
}

# megabytes SIZE: of 512m or 2g; 0 for other forms, which the server itself refuses
megabytes() {
  case "$1" in
    *[!0-9]*[!0-9]* | [!0-9]*) echo 0 ;;
    *[gG]) echo $((${1%?} * 1024)) ;;
    *[mM]) echo "${1%?}" ;;
    *) echo 0 ;;
  esac
}

# value NAME DEFAULT: of the environment, of .env, or the default
value() {
  local found="${!1:-$(sed -n "s/^$1=//p" .env | tail -n 1)}"
  echo "${found:-$2}"
}
