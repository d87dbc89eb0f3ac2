"""When DAGs start: by the clock, after their inputs, or only when asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lakehouse.orchestration import pipelines
from lakehouse.platform.settings import PROJECT
from lakehouse.workloads.shop import pipelines as shop
from lakehouse.workloads.weblogs import pipelines as weblogs

# Airflow takes over the logging of the process that imports it
PROGRAM = """
import json
from lakehouse.orchestration import pipelines
from lakehouse.orchestration.airflow_dags import dag_of, maintenance_dag

def shown(schedule):
    if isinstance(schedule, list):
        return [asset.name for asset in schedule]
    return schedule and schedule.summary

dags = [*map(dag_of, pipelines.KNOWN), maintenance_dag()]
print(json.dumps({dag.dag_id: shown(dag.schedule) for dag in dags}))
"""
# a task in process: its step fails once for good, once for now
FAILING = """
from types import SimpleNamespace
from lakehouse.orchestration import steps
from lakehouse.orchestration.airflow_dags import dag_of
from lakehouse.quality.checks import ChecksFailedError
from lakehouse.workloads.shop.pipelines import SILVER_ECOM

task = dag_of(SILVER_ECOM).get_task("orders")
run = SimpleNamespace(conf={"ingest_date": "2026-03-01"})
for error in (ChecksFailedError("rejected_share"), ConnectionError("HDFS is starting")):
    def fail(*_, error=error, **__):
        raise error
    steps.run = fail
    try:
        task.python_callable("silver", "orders", dag_run=run, outlet_events={})
    except Exception as raised:
        print(f"{type(raised).__name__}: {raised}")
"""
# a task in process: its step finds the table unchanged, or builds it in a full run
REPORTING = """
import json
from types import SimpleNamespace
from lakehouse.orchestration import steps
from lakehouse.orchestration.airflow_dags import asset, dag_of
from lakehouse.workloads.shop.contracts.silver import ORDERS
from lakehouse.workloads.shop.pipelines import SILVER_ECOM

task = dag_of(SILVER_ECOM).get_task("orders")
steps.run = lambda *asked, full: {"state": "built" if full else "unchanged"}
for full in (False, True):
    run = SimpleNamespace(conf={"ingest_date": "2026-03-01", "full": full})
    events = {asset(ORDERS): SimpleNamespace(extra=None)}
    task.python_callable("silver", "orders", dag_run=run, outlet_events=events)
    print(json.dumps(events[asset(ORDERS)].extra))
"""
BY_THE_CLOCK = {
    shop.IMPORT_ECOM.dag_id: "0 3 * * *",
    shop.IMPORT_MARKETING.dag_id: "0 3 * * *",
    weblogs.STREAMS_GOLD.dag_id: "15 * * * *",
    shop.SCIENCE.dag_id: "0 5 * * 1",
    pipelines.MAINTENANCE: "0 4 * * 0",
}
AFTER_OTHERS = {
    each.dag_id: [
        table.full_name for dag_id in each.after for table in pipelines.pipeline(dag_id).tables
    ]
    for each in (shop.SILVER_ECOM, shop.SILVER_MARKETING, shop.GOLD)
}


@pytest.mark.parametrize(
    ("schedules", "by_the_clock"),
    [("true", BY_THE_CLOCK), ("false", dict.fromkeys(BY_THE_CLOCK))],
)
def test_the_clock_can_be_switched_off_and_nothing_else(
    schedules: str, by_the_clock: dict[str, str | None], tmp_path: Path
) -> None:
    shown = run_program(PROGRAM, tmp_path, schedules)
    assert json.loads(shown[-1]) == by_the_clock | AFTER_OTHERS


def test_failed_check_ends_a_task_at_its_first_attempt(tmp_path: Path) -> None:
    assert run_program(FAILING, tmp_path, "false")[-2:] == [
        "AirflowFailException: rejected_share (not retried: it would fail again)",
        "ConnectionError: HDFS is starting",
    ]


def test_asset_event_says_unchanged_and_passes_full_on(tmp_path: Path) -> None:
    shown = run_program(REPORTING, tmp_path, "false")[-2:]
    assert [json.loads(line) for line in shown] == [
        {"state": "unchanged"},
        {"state": "built", "full": True},
    ]


def run_program(text: str, home: Path, schedules: str) -> list[str]:
    """Lines that a program prints in a process of its own."""
    differing = {"AIRFLOW_HOME": str(home), "PYTHONPATH": str(PROJECT / "src")}
    answer = subprocess.run(
        [sys.executable, "-c", text],
        capture_output=True,
        text=True,
        env=os.environ | differing | {"LAKEHOUSE_SCHEDULES": schedules},
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.splitlines()
