"""A step: unchanged tables need no session; builds are recorded, failed ones are not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest

from lakehouse.contracts.model import Layer, Table
from lakehouse.orchestration import steps
from lakehouse.platform import spark
from lakehouse.quality import rechecking
from lakehouse.quality.checks import ChecksFailedError

DAY = "2026-03-01"


@dataclass
class FakeLedger:
    """A ledger with a given answer, and the calls that it got."""

    unchanged: bool = False
    error: Exception | None = None
    records: bool = True

    def __post_init__(self) -> None:
        self.calls: list[str] = []

    def state(self, table: Table, day: str) -> Any:
        self.calls.append("state")
        before = SimpleNamespace(table=table, day=day, valid="record before")
        return before if self.records else None

    def skip(self, state: Any) -> Any:
        self.calls.append("skip")
        return SimpleNamespace(rows=7) if self.unchanged else None

    def start(self, state: Any) -> None:
        self.calls.append("start")

    def finish(self, before: Any, report: dict[str, Any], *, differs: bool) -> None:
        self.calls.append("finish, differs" if differs else "finish")
        if self.error:
            raise self.error


class Steps:
    """Steps with replaced ledger, session and builder."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, ledger: FakeLedger) -> None:
        self.sessions = 0
        self.failure: Exception | None = None
        self.settings = SimpleNamespace(run_on="engine", recheck_share=0)
        self.differing = 0
        self.rechecked: list[object] = []
        monkeypatch.setattr(steps, "ledger", lambda: ledger)
        monkeypatch.setattr(spark, "connect", self._connect)
        monkeypatch.setattr(steps, "_builder", lambda table: self._build)
        monkeypatch.setattr(steps, "settings", lambda: self.settings)
        monkeypatch.setattr(rechecking, "recheck", self._recheck)

    def _connect(self, name: str) -> MagicMock:
        self.sessions += 1
        return MagicMock()

    def _recheck(self, session: object, table: object, day: str, before: Any, report: Any) -> int:
        self.rechecked.append(before)
        return self.differing

    def _build(self, session: object, name: str, day: str) -> dict[str, Any]:
        if self.failure:
            raise self.failure
        return {"table": name, "rows": 8}


def test_unchanged_table_opens_no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = FakeLedger(unchanged=True)
    made = Steps(monkeypatch, ledger)
    assert steps.run(Layer.SILVER, "orders", DAY) == {
        "table": "orders",
        "ingest_date": DAY,
        "state": "unchanged",
        "rows": 7,
    }
    assert (made.sessions, ledger.calls) == (0, ["state", "skip"])


def test_full_run_builds_an_unchanged_table(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = FakeLedger(unchanged=True)
    made = Steps(monkeypatch, ledger)
    report = steps.run(Layer.SILVER, "orders", DAY, full=True)
    assert report == {"state": "built", "table": "orders", "rows": 8}
    assert (made.sessions, ledger.calls) == (1, ["state", "start", "finish"])


@pytest.mark.parametrize(("differing", "end"), [(0, "finish"), (3, "finish, differs")])
def test_sampled_unchanged_table_is_built_and_compared(
    monkeypatch: pytest.MonkeyPatch, differing: int, end: str
) -> None:
    ledger = FakeLedger(unchanged=True)
    made = Steps(monkeypatch, ledger)
    made.settings.recheck_share, made.differing = 1, differing
    assert steps.run(Layer.SILVER, "orders", DAY)["state"] == "built"
    assert ledger.calls == ["state", "skip", "start", end]
    assert made.rechecked == ["record before"]


def test_sample_is_submitted_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Steps(monkeypatch, FakeLedger(unchanged=True))
    made.settings = SimpleNamespace(run_on="submit", recheck_share=1)
    submitted: list[str] = []

    def submit(program: Path, arguments: list[str]) -> None:
        submitted.extend(arguments)
        Path(arguments[arguments.index("--report") + 1]).write_text('{"rows": 7}', "utf-8")

    monkeypatch.setattr(spark, "submit", submit)
    assert steps.run(Layer.SILVER, "orders", DAY) == {"rows": 7}
    assert submitted[:3] == ["silver", "orders", DAY]
    assert submitted[-1] == "--recheck"


def test_table_that_is_built_for_a_change_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Steps(monkeypatch, FakeLedger())
    made.settings.recheck_share = 1
    steps.run(Layer.SILVER, "orders", DAY)
    assert made.rechecked == []


def test_failed_build_is_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = FakeLedger()
    made = Steps(monkeypatch, ledger)
    made.failure = ChecksFailedError("rejected_share")
    with pytest.raises(ChecksFailedError):
        steps.run(Layer.SILVER, "orders", DAY)
    assert ledger.calls == ["state", "skip", "start"]


def test_table_that_keeps_no_record_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = FakeLedger(records=False)
    Steps(monkeypatch, ledger)
    assert steps.run(Layer.GOLD, "fact_session", DAY)["state"] == "built"
    assert set(ledger.calls) == {"state"}


def test_build_with_a_session_looks_the_state_up(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = FakeLedger()
    Steps(monkeypatch, ledger)
    steps.build(MagicMock(), Layer.SILVER, "orders", DAY)
    assert ledger.calls == ["state", "start", "finish"]


def test_build_whose_record_cannot_be_written_succeeds(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    Steps(monkeypatch, FakeLedger(error=ConnectionError("HDFS is starting")))
    assert steps.run(Layer.SILVER, "orders", DAY)["state"] == "built"
    assert "silver.orders: built, but not recorded: HDFS is starting" in caplog.text
