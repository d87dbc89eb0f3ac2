"""Builds one table: `spark-submit build.py LAYER TABLE YYYY-MM-DD [--report FILE] [--recheck]`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from lakehouse.contracts.model import Layer
from lakehouse.orchestration import failures, steps
from lakehouse.platform import spark


def main() -> None:
    """Read the arguments, build, leave the report where it was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("layer", type=Layer)
    parser.add_argument("table")
    parser.add_argument("ingest_date")
    parser.add_argument("--report", type=Path)
    parser.add_argument("--recheck", action="store_true")
    asked = parser.parse_args()
    session = spark.connect(f"{asked.layer}.{asked.table}")
    try:
        report = steps.build(
            session, asked.layer, asked.table, asked.ingest_date, recheck=asked.recheck
        )
    except Exception as error:
        if asked.report and failures.is_permanent(error, day_was_asked_for=False):
            failures.write(asked.report, error)
        raise
    if asked.report:
        asked.report.write_text(json.dumps(report), encoding="utf-8")
    session.stop()


if __name__ == "__main__":
    main()
