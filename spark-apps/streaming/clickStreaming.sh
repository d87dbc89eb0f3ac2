#!/usr/bin/env bash
# Runs the stream clickstream alone, by spark-submit, in place of the driver: stop that one before.
# Wants the environment of the streaming service: see services/streaming/run.
exec "$(dirname "$(readlink -f "$0")")/../../services/streaming/run" clickStreaming.py
