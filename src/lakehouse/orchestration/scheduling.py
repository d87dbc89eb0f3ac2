"""Airflow's scheduler holding the client of Spark: tasks are forks of it, and need not load it.

Nothing of our own is loaded with it: tasks see a change of the code at once.
"""

from __future__ import annotations

import importlib
import sys

# what a session of Spark Connect brings with it, pandas and gRPC among it
_CLIENT = "pyspark.sql.connect.session"


def main() -> None:
    """Load the client, then do what the command line says, as Airflow's own program."""
    importlib.import_module(_CLIENT)
    from airflow.__main__ import main as airflow

    airflow()


if __name__ == "__main__":
    sys.argv[0] = "airflow"
    main()
