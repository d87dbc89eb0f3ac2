"""Errors on NiFi's bulletin board as a health warning, with the times that NiFi reports."""

from __future__ import annotations

from typing import Any

import pytest

from lakehouse.platform import nifi
from lakehouse.platform.settings import PROJECT, Settings

UNREADABLE = "TailLines[id=0-1] /logs/access.log.1 cannot be read: permission denied. The other"
REFUSED = "PutCassandra[id=0-1] no node could be reached"


def alarm(monkeypatch: pytest.MonkeyPatch, now: str, *reported: tuple[str, str]) -> str:
    """The warning for errors by time and message, the newest last."""
    bulletins: list[dict[str, Any]] = [
        {
            "bulletin": {
                "id": number,
                "level": "ERROR",
                "sourceName": "processor",
                "timestamp": f"{time} UTC",
                "message": message,
            }
        }
        for number, (time, message) in enumerate(reported)
    ]
    answers = {
        "/flow/bulletin-board": {
            "bulletinBoard": {"generated": f"{now} UTC", "bulletins": bulletins}
        },
        "/flow/process-groups/root/status": {
            "processGroupStatus": {
                "aggregateSnapshot": {
                    "processGroupStatusSnapshots": [],
                    "connectionStatusSnapshots": [],
                }
            }
        },
    }

    class Session:
        def __init__(self, config: Settings) -> None:
            pass

        def get(self, path: str, **asked: Any) -> Any:
            return answers[path]

    monkeypatch.setattr(nifi, "NifiSession", Session)
    return nifi.alarm(Settings())


def test_unreadable_file_is_an_alarm_while_it_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    found = alarm(monkeypatch, "12:00:20", ("11:59:55", UNREADABLE))
    assert "/logs/access.log.1 cannot be read: permission denied" in found
    assert "permission denied" in alarm(monkeypatch, "00:00:05", ("23:59:50", UNREADABLE))


def test_file_that_is_readable_again_is_no_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    assert alarm(monkeypatch, "12:00:31", ("12:00:00", UNREADABLE)) == ""
    assert alarm(monkeypatch, "00:00:25", ("23:59:50", UNREADABLE)) == ""


def test_other_errors_stay_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    reported = (("11:58:00", REFUSED), ("11:58:30", UNREADABLE))
    assert "no node could be reached" in alarm(monkeypatch, "12:00:00", *reported)
    assert "permission denied" in alarm(monkeypatch, "11:58:40", *reported)


def test_reader_reports_with_the_words_that_are_searched_for() -> None:
    source = PROJECT / "services/nifi/nar/src/main/java/lakehouse/nifi/TailLines.java"
    assert f"{{}} {nifi.UNREADABLE_FILE}{{}}" in source.read_text("utf-8")
