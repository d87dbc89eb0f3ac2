"""Airflow's scheduler holding what tasks import: they are forks of it, and need not load it again.

Without it each task spends more than a second of processor time before it asks Spark anything.
"""

from __future__ import annotations

import importlib
import sys

# the client of Spark, and the layers that most tasks build
_OF_TASKS = (
    "pyspark.sql.connect.session",
    "lakehouse.orchestration.steps",
    "lakehouse.bronze.importing",
    "lakehouse.silver.building",
    "lakehouse.gold.building",
)


def main() -> None:
    """Load what tasks import, then do what the command line says, as Airflow's own program."""
    for module in _OF_TASKS:
        importlib.import_module(module)
    from airflow.__main__ import main as airflow

    airflow()


if __name__ == "__main__":
    sys.argv[0] = "airflow"
    main()
