"""Figures of Airflow: the latest run of each DAG, and the states of its tasks."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from lakehouse.platform.airflow import FINISHED, Airflow, Json
from lakehouse.platform.settings import Settings
from lakehouse.serving.metrics import declared
from lakehouse.serving.metrics.declared import Sample

# runs looked at for one that has finished: what runs now says nothing of how long it takes
_RUNS = 3
_NONE = "none"


class Runs:
    """The latest runs."""

    def __init__(self, config: Settings) -> None:
        self._airflow = Airflow(config, patience=0)

    def read(self) -> Iterator[Sample]:
        """The figures of now.

        Raises:
            AirflowError: Airflow does not answer.
        """
        for dag_id in sorted(self._airflow.dag_ids()):
            runs = self._airflow.runs(dag_id, _RUNS)
            if runs:
                yield from self._of(dag_id, runs)
                yield from rejected_rows(self._airflow.asset_events(dag_id))

    def close(self) -> None:
        """Nothing is held open."""

    def _of(self, dag_id: str, runs: list[Json]) -> Iterator[Sample]:
        latest = runs[0]
        yield Sample(declared.RUN_STATE.name, 1, (dag_id, latest["state"]))
        finished = next((run for run in runs if run["state"] in FINISHED), None)
        if finished is not None:
            yield Sample(declared.RUN_SECONDS.name, seconds_of(finished), (dag_id,))
        tasks = self._airflow.task_instances(dag_id, latest["dag_run_id"])
        for state, count in Counter(task["state"] or _NONE for task in tasks).items():
            yield Sample(declared.TASKS.name, count, (dag_id, state))


def rejected_rows(newest_first: list[Json]) -> Iterator[Sample]:
    """Rows that the latest build of each table rejected, from the events of its asset."""
    latest: dict[str, Json] = {}
    for event in newest_first:
        latest.setdefault(event["name"], event["extra"] or {})
    for table, report in latest.items():
        if "quarantined" in report:
            yield Sample(declared.QUARANTINED_ROWS.name, report["quarantined"], (table,))


def seconds_of(run: Json) -> float:
    """How long a finished run took."""
    start, end = (dt.datetime.fromisoformat(run[name]) for name in ("start_date", "end_date"))
    return (end - start).total_seconds()
