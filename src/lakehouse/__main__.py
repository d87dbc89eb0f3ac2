"""`python -m lakehouse`: the command line."""

from __future__ import annotations

from lakehouse.cli.app import main

main()
