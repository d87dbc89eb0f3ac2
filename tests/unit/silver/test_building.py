"""A silver build of which too many rows are rejected; reading and writing are replaced."""

from __future__ import annotations

from collections.abc import Sequence
from unittest.mock import MagicMock

import pytest

from lakehouse.contracts.model import Table
from lakehouse.quality import quarantine, results
from lakehouse.quality.checks import ChecksFailedError, Result
from lakehouse.silver import building, judging

DAY = "2026-03-01"


class Build:
    """A build of `silver.sellers` with given counts, and the calls that it made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, good: int, quarantined: int) -> None:
        self.recorded: dict[str, str] = {}
        self.quarantined: list[str] = []
        self.switched: list[str] = []
        counts = {"good": good, "quarantined": quarantined, "repetitions": 0}
        monkeypatch.setattr(building, "_imported", MagicMock())
        monkeypatch.setattr(building, "function_of", lambda contract: MagicMock())
        monkeypatch.setattr(judging, "judged", MagicMock())
        monkeypatch.setattr(judging, "set_aside", MagicMock())
        monkeypatch.setattr(building, "_write", lambda *given: counts)
        monkeypatch.setattr(quarantine, "replace", lambda *given: self.quarantined.append(given[2]))
        monkeypatch.setattr(
            quarantine, "most_frequent", lambda *given: "unreadable_zip_code_prefix"
        )
        monkeypatch.setattr(results, "record", self._record)
        monkeypatch.setattr(building, "_switch", lambda *given: self.switched.append(given[2]))

    def _record(self, spark: object, table: Table, day: str, found: Sequence[Result]) -> None:
        self.recorded = {result.check: result.outcome for result in found}

    def run(self) -> building.SilverReport:
        return building.build(MagicMock(), "sellers", DAY)


def test_build_above_the_limit_fails_and_keeps_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    build = Build(monkeypatch, good=50, quarantined=50)
    with pytest.raises(ChecksFailedError, match="unreadable_zip_code_prefix"):
        build.run()
    assert not build.switched
    assert build.quarantined == [DAY]
    assert build.recorded["rejected_share"] == "failed"


def test_build_below_the_limit_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    build = Build(monkeypatch, good=90, quarantined=10)
    assert build.run().quarantined == 10
    assert len(build.switched) == 1
    assert build.recorded["rejected_share"] == "passed"


def test_setting_raises_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "settings", lambda: MagicMock(rejected_share_limit=0.6))
    build = Build(monkeypatch, good=50, quarantined=50)
    assert build.run().quarantined == 50
