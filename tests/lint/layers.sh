#!/bin/sh
# Usage: layers.sh ROOT [BUILD]: the arrows between folders and rooms, for includes and (with a build) calls; no circles.
exec python3 "$(dirname "$0")/layers.py" "$@"
