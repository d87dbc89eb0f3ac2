# Profiles and workloads as arguments of docker compose, and values as it resolves them from .env and the environment;
# sourced by init.sh, after-compose.sh and containers/lakehouse.

# mounted DESCRIBED TARGET: the folder of this machine that is mounted at /data/TARGET; empty if none was named
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

# known: names of profiles and workloads
known() { sed -n 's/^\([a-z][^ ]*\) .*/\1/p' containers/profiles.txt; }

# profile_names: profiles, which are no folders of services/
profile_names() {
  local part
  for part in $(sed -n 's/^[a-z][^ ]* //p' containers/profiles.txt | tr ' ' '\n' | sort -u); do
    [[ -f "services/$part/service.toml" ]] || echo "$part"
  done
}

# parts NAME: profiles and folders of services/ that a profile or workload starts; nothing for other names
parts() { [[ ! "$1" =~ ^[a-z0-9][a-z0-9_-]*$ ]] || sed -n "s/^$1 //p" containers/profiles.txt; }

# members FOLDER: the containers of a folder of services/
members() {
  [[ "$1" =~ ^[a-z-]+$ && -f "services/$1/service.toml" ]] || return 0
  sed -n 's/^name = "\(.*\)"$/\1/p' "services/$1/service.toml"
}

# choose NAME...: sets `profiles`, options of docker compose, and `containers`, which is empty where these profiles are
# meant as a whole; fails with the first name that is no profile, workload or folder of services/ in `unknown`
choose() {
  local name part container found folders=()
  profiles=() containers=() unknown=""
  for name; do
    found="$(parts "$name")"
    [[ -n "$found" || -z "$(members "$name")" ]] || found="$name"
    [[ -n "$found" ]] || { unknown="$name"; return 1; }
    for part in $found; do
      if [[ -f "services/$part/service.toml" ]]; then
        folders+=("$part")
      elif [[ " ${profiles[*]-} " != *" $part "* ]]; then
        profiles+=(--profile "$part")
      fi
    done
  done
  ((${#folders[@]})) || return 0
  # one by one: a profile would have more than the folders
  if ((${#profiles[@]})); then
    for container in $(described "${profiles[@]}" config | services); do containers+=("$container"); done
  fi
  for part in "${folders[@]}"; do
    for container in $(members "$part"); do
      [[ " ${containers[*]-} " == *" $container "* ]] || containers+=("$container")
    done
  done
  profiles=(--profile all)
}

# described OPTION... config CONTAINER...: docker compose config as JSON, also while .env lacks secrets
described() (
  for name in $(sed -n 's/.*{\(LAKEHOUSE_[A-Z_]*\):?.*/\1/p' docker-compose.yml); do export "$name=none"; done
  docker compose "$@" --format json
)

# services: names of the containers in what `described` prints
services() { awk '/^  "/ { inside = /"services"/ } inside && /^    "/ { gsub(/[ ":{]/, ""); print }'; }

# demand: MB of the memory limits in what `described` prints; what runs to its end is not counted
demand() {
  awk '
    function add() { if (!once) sum += limit; limit = once = 0 }
    /^  "/ { inside = /"services"/; add() }
    inside && /^    "/ { add() }
    inside && /^      "mem_limit"/ { gsub(/[^0-9]/, ""); limit = $0 / 1048576 }
    inside && /^      "restart": "no"/ { once = 1 }
    END { add(); printf "%d\n", sum }'
}

# published: the ports of this machine in what `described` prints
published() { sed -n 's/^ *"published": "\([0-9]*\)".*/\1/p'; }
