"""`python -m lakehouse`: the command line."""

from __future__ import annotations

import sys

from lakehouse.registry.discovery import InvalidWorkloadError

try:
    # its import reads the declarations of all workloads
    from lakehouse.cli.app import main
except InvalidWorkloadError as error:
    sys.exit(f"error: {error}")

main()
