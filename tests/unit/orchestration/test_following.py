"""Runs that are started, found and monitored: triggered by assets or here, failures, time-outs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, cast

import pytest

from lakehouse.orchestration import following, pipelines
from lakehouse.orchestration.following import Progress, RunFailedError, follow
from lakehouse.platform.airflow import Airflow, AirflowError
from lakehouse.workloads.shop.pipelines import IMPORT_MARKETING, SILVER_MARKETING

DAY = "2026-03-01"
START = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
IMPORT, SILVER = IMPORT_MARKETING, SILVER_MARKETING


def at(second: float) -> str:
    return (START + dt.timedelta(seconds=second)).isoformat().replace("+00:00", "Z")


def task(name: str, state: str = "success", end: float = 10) -> dict[str, Any]:
    ended = at(end) if state in ("success", "failed") else None
    return {
        "task_id": name,
        "state": state,
        "start_date": at(0),
        "end_date": ended,
        "try_number": 1,
    }


class Clock:
    """A monotonic clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class FakeAirflow:
    """Runs that end as they were told, and runs that assets have triggered."""

    address = "http://airflow"

    def __init__(self) -> None:
        self.triggered: list[tuple[str, dict[str, Any], str]] = []
        self.by_assets: dict[str, list[dict[str, Any]]] = {}
        self.states: dict[str, Iterator[str]] = {}
        self.tasks: dict[str, list[dict[str, Any]]] = {}
        self.errors: dict[str, str] = {}
        self.events: list[dict[str, Any]] = []

    def wait_until_parsed(self, dag_ids: set[str]) -> None:
        assert dag_ids

    def trigger(self, dag_id: str, conf: dict[str, Any], *, run_id: str) -> str:
        self.triggered.append((dag_id, conf, run_id))
        return run_id

    def run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        return {"state": next(self.states.get(dag_id, iter(())), "success")}

    def runs(self, dag_id: str, limit: int) -> list[dict[str, Any]]:
        return self.by_assets.get(dag_id, [])

    def task_instances(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        return self.tasks.get(dag_id, [task("orders")])

    def asset_events(self, dag_id: str, limit: int) -> list[dict[str, Any]]:
        return self.events[:limit]

    def task_error(self, dag_id: str, run_id: str, task_id: str, attempt: int) -> str:
        if task_id not in self.errors:
            raise AirflowError("Airflow refuses: 404")
        return self.errors[task_id]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(following, "time", made)
    return made


def followed(airflow: FakeAirflow, *wanted: pipelines.Pipeline, **options: Any) -> list[Progress]:
    return follow(cast(Airflow, airflow), wanted, DAY, lambda steps: None, **options)


def test_pipeline_without_parents_is_triggered_at_once_for_the_day(clock: Clock) -> None:
    airflow = FakeAirflow()
    (step,) = followed(airflow, IMPORT)

    ((dag_id, conf, run_id),) = airflow.triggered
    assert (dag_id, conf, step.run_id) == (IMPORT.dag_id, {"ingest_date": DAY}, run_id)
    assert (step.state, step.done, step.seconds) == ("success", 1, 10)


def test_pipeline_whose_parents_are_not_followed_is_triggered_at_once(clock: Clock) -> None:
    airflow = FakeAirflow()
    followed(airflow, SILVER)

    assert [dag_id for dag_id, *_ in airflow.triggered] == [SILVER.dag_id]
    assert clock.now < following._PATIENCE_SECONDS


def test_run_that_assets_triggered_is_monitored_and_not_triggered_again(clock: Clock) -> None:
    airflow = FakeAirflow()
    airflow.by_assets[SILVER.dag_id] = [
        {"dag_run_id": "asset_triggered__1", "queued_at": at(9.5), "run_after": at(9.5)}
    ]
    steps = followed(airflow, IMPORT, SILVER)

    assert [dag_id for dag_id, *_ in airflow.triggered] == [IMPORT.dag_id]
    assert [step.run_id for step in steps][1] == "asset_triggered__1"


def test_earlier_run_is_not_taken_for_the_one_that_assets_trigger(clock: Clock) -> None:
    airflow = FakeAirflow()
    airflow.by_assets[SILVER.dag_id] = [
        {"dag_run_id": "asset_triggered__0", "queued_at": at(3), "run_after": at(3)}
    ]
    steps = followed(airflow, IMPORT, SILVER)

    assert [dag_id for dag_id, *_ in airflow.triggered] == [IMPORT.dag_id, SILVER.dag_id]
    assert steps[1].run_id == airflow.triggered[1][2]
    assert clock.now > following._PATIENCE_SECONDS


def test_child_waits_for_its_parent(clock: Clock) -> None:
    airflow = FakeAirflow()
    airflow.states[IMPORT.dag_id] = iter(["queued", "running", "failed"])
    airflow.tasks[IMPORT.dag_id] = [task("closed_deals", "failed")]

    with pytest.raises(RunFailedError):
        followed(airflow, IMPORT, SILVER)

    assert [dag_id for dag_id, *_ in airflow.triggered] == [IMPORT.dag_id]


def test_failure_shows_the_error_of_the_task_that_failed_first(clock: Clock) -> None:
    airflow = FakeAirflow()
    airflow.states[IMPORT.dag_id] = iter(["failed"])
    airflow.tasks[IMPORT.dag_id] = [
        task("orders", "failed", end=30),
        task("sellers", "failed", end=20),
        task("customers", "upstream_failed"),
        task("products"),
    ]
    airflow.errors = {"sellers": "SqoopError: password authentication failed", "orders": "later"}

    with pytest.raises(RunFailedError) as raised:
        followed(airflow, IMPORT)

    shown = str(raised.value)
    assert f"{IMPORT.dag_id}: orders, sellers failed\n" in shown
    assert "sellers, attempt 1: SqoopError: password authentication failed\n" in shown
    assert "later" not in shown
    assert shown.endswith(f"To resume: ./lakehouse run {IMPORT.dag_id} --date {DAY}")


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ({}, "its log could not be read: Airflow refuses: 404"),
        ({"sellers": ""}, "it was killed before it could log an error"),
    ],
)
def test_failure_without_a_readable_error_says_so(
    clock: Clock, errors: dict[str, str], expected: str
) -> None:
    airflow = FakeAirflow()
    airflow.states[IMPORT.dag_id] = iter(["failed"])
    airflow.tasks[IMPORT.dag_id] = [task("sellers", "failed")]
    airflow.errors = errors

    with pytest.raises(RunFailedError, match=expected):
        followed(airflow, IMPORT)


def test_full_run_is_triggered_and_resumed_as_such(clock: Clock) -> None:
    airflow = FakeAirflow()
    airflow.states[IMPORT.dag_id] = iter(["failed"])
    airflow.tasks[IMPORT.dag_id] = [task("sellers", "failed")]

    with pytest.raises(RunFailedError) as raised:
        followed(airflow, IMPORT, full=True)

    assert airflow.triggered[0][1] == {"ingest_date": DAY, "full": True}
    assert str(raised.value).endswith(f"--date {DAY} --full")


def test_unchanged_tables_are_counted_by_the_events_of_the_run(clock: Clock) -> None:
    airflow = FakeAirflow()
    airflow.by_assets[SILVER.dag_id] = [
        {"dag_run_id": "asset_triggered__1", "queued_at": at(9.5), "run_after": at(9.5)}
    ]
    airflow.tasks[SILVER.dag_id] = [task("a"), task("b"), task("c"), task("d"), task("e")]
    found = [
        ("asset_triggered__1", {"state": "unchanged"}),
        ("asset_triggered__1", {"state": "unchanged"}),
        ("asset_triggered__1", {"state": "built"}),
        ("asset_triggered__1", {}),
        ("asset_triggered__0", {"state": "unchanged"}),
    ]
    airflow.events = [{"source_run_id": run, "extra": extra} for run, extra in found]

    assert [step.unchanged for step in followed(airflow, IMPORT, SILVER)] == [0, 2]


def test_run_that_does_not_end_times_out(clock: Clock) -> None:
    airflow = FakeAirflow()
    airflow.states[IMPORT.dag_id] = iter(["running"] * 100)

    with pytest.raises(RunFailedError, match="not done after 30 s; see http://airflow"):
        followed(airflow, IMPORT, timeout_seconds=30)

    assert 30 < clock.now < 35


def test_progress_counts_tasks_by_state() -> None:
    step = Progress(
        IMPORT,
        state="running",
        tasks=[task("a"), task("b", "running"), task("c", "failed"), task("d", "queued")],
    )

    assert (step.done, step.running, step.failed) == (1, ["b"], ["c"])
    assert Progress(IMPORT).seconds == 0
