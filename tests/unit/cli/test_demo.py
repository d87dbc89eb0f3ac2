"""The demo: steps in order, exit code of their reconciliation, pages of the servers it started."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from lakehouse.cli import demos, servers
from lakehouse.cli.app import app
from lakehouse.contracts.demo import Demo, DemoOptions, DemoStep
from lakehouse.contracts.workload import Workload
from lakehouse.platform.errors import PlatformError

TAKEN: list[str] = []


def agree(workload: Workload, options: DemoOptions) -> bool:
    """An action that reconciles."""
    TAKEN.append(f"{workload.name} {options.orders}")
    return True


def differ(workload: Workload, options: DemoOptions) -> bool:
    """An action that finds a difference."""
    TAKEN.append(f"{workload.name} differs")
    return False


def refuse() -> None:
    """A check that finds that the demo cannot run."""
    raise PlatformError("this folder cannot be written to")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    TAKEN.clear()
    found: list[list[str]] = []
    monkeypatch.setattr(servers, "up", found.append)
    return found


def show(monkeypatch: pytest.MonkeyPatch, *steps: DemoStep, check: str = "") -> SimpleNamespace:
    shown = [(Workload("toys", "Toys"), Demo(steps, check))]
    monkeypatch.setattr(demos, "chosen", lambda names, streams: shown)
    answer = CliRunner().invoke(app, ["demo", "--orders", "60"])
    error = "" if isinstance(answer.exception, SystemExit) else str(answer.exception)
    return SimpleNamespace(code=answer.exit_code, text=answer.output, error=error)


def test_steps_are_taken_in_order(
    monkeypatch: pytest.MonkeyPatch, started: list[list[str]]
) -> None:
    answer = show(
        monkeypatch,
        DemoStep("Servers of toys", ("batch",)),
        DemoStep("Toys", action=f"{__name__}:agree"),
    )
    assert answer.code == 0
    assert started == [["batch"]]
    assert TAKEN == ["toys 60"]
    assert answer.text.index("Servers of toys") < answer.text.index("Toys ")
    assert "Airflow, the DAGs and their runs" in answer.text
    assert "NiFi" not in answer.text


def test_difference_is_the_exit_code_and_does_not_end_the_demo(
    monkeypatch: pytest.MonkeyPatch, started: list[list[str]]
) -> None:
    answer = show(
        monkeypatch,
        DemoStep("Toys", ("nifi",), f"{__name__}:differ"),
        DemoStep(action=f"{__name__}:agree"),
    )
    assert answer.code == 1
    assert TAKEN == ["toys differs", "toys 60"]
    assert "NiFi, the flows of the streams" in answer.text
    assert "Airflow" not in answer.text


def test_check_comes_before_any_server(
    monkeypatch: pytest.MonkeyPatch, started: list[list[str]]
) -> None:
    answer = show(monkeypatch, DemoStep("Toys", ("batch",)), check=f"{__name__}:refuse")
    assert "this folder cannot be written to" in answer.error
    assert answer.code == 1
    assert started == []


def test_unknown_name_is_answered_with_the_nearest(started: list[list[str]]) -> None:
    answer = CliRunner().invoke(app, ["demo", "weblog"])
    assert answer.exit_code == 1
    assert "did you mean weblogs" in str(answer.exception)
    assert started == []
