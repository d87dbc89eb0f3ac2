#!/usr/bin/env bash
# /opt/spark-apps/streaming/clickStreaming.sh and logStreaming.sh, as walkthroughs call them by docker exec.
# The driver of this container runs both streams; a second one on the same checkpoints would break them.
set -euo pipefail

cat <<'END'
Nothing to start: clickstream and access log are processed by the streaming driver of this container,
which `docker compose --profile stream up -d --wait` starts. In the folder of the project:
  ./lakehouse --runtime docker up stream                                topics, tables and flows, where missing
  ./lakehouse --runtime docker stream write --rate 100 --duration 60    a minute of visitors
  ./lakehouse --runtime docker watch                                    rates, lags and latencies
  ./lakehouse --runtime docker logs streaming                           the log of the driver
END
# the driver touches it while all its queries are active
if find "${LAKEHOUSE_STREAMING_DATA:-/data/streaming}/ready" -mmin -0.25 2>/dev/null | grep -q .; then
  echo "State: all queries of the driver are active."
else
  echo "State: the driver is not ready yet; see its log." >&2
  exit 1
fi
