"""`run`: full runs, and the number of unchanged tables; Airflow is replaced."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from typer.testing import CliRunner

from lakehouse.cli import quarantine, runs
from lakehouse.cli.app import app
from lakehouse.orchestration import following
from lakehouse.orchestration.following import Progress
from lakehouse.orchestration.pipelines import Pipeline
from lakehouse.workloads.shop.pipelines import SILVER_MARKETING

DAG, DAY = SILVER_MARKETING.dag_id, "2026-03-01"
AT = "2026-03-01T12:00:00Z"
TASK = {"task_id": "closed_deals", "state": "success", "start_date": AT, "end_date": AT}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Options of every monitored run, each of which finds one of two tables unchanged."""
    found: list[dict[str, Any]] = []

    def follow(
        airflow: object,
        wanted: Sequence[Pipeline],
        day: str,
        show: Callable[[Sequence[Progress]], None],
        **options: Any,
    ) -> list[Progress]:
        found.append(options)
        ended = [Progress(each, "run 1", "success", [TASK, TASK], 1) for each in wanted]
        show(ended)
        return ended

    monkeypatch.setattr(following, "follow", follow)
    return found


def lakehouse(*arguments: str) -> str:
    answer = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    assert answer.exit_code == 0, answer.output
    return answer.output


@pytest.mark.parametrize(("options", "full"), [((), False), (("--full",), True)])
def test_full_is_passed_on(
    asked: list[dict[str, Any]], options: tuple[str, ...], full: bool
) -> None:
    lakehouse("run", DAG, "--date", DAY, *options)
    assert asked == [{"full": full}]


def test_unchanged_tables_are_counted_in_the_output(asked: list[dict[str, Any]]) -> None:
    assert f"{DAG}: 2 tasks in 0 s, 1 unchanged" in lakehouse("run", DAG, "--date", DAY)
    (run,) = json.loads(lakehouse("run", DAG, "--date", DAY, "--json"))
    assert (run["tasks"], run["unchanged"]) == (2, 1)


def test_table_of_a_terminal_has_the_number_of_unchanged_tables() -> None:
    table = runs._table([Progress(SILVER_MARKETING, "run 1", "success", [TASK, TASK], 1)])
    cells = {column.header: list(column.cells) for column in table.columns}
    assert (cells["tasks"], cells["unchanged"]) == (["2/2"], ["1"])


def test_replay_of_quarantine_is_full(
    asked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    days = {SILVER_MARKETING.source_database: DAY}
    monkeypatch.setattr(quarantine, "_counts", lambda table: ({"closed_deals": 1}, days))
    lakehouse("quarantine", "replay")
    assert asked == [{"full": True}]
