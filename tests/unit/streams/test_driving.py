"""The streaming driver ends when a query ends, and says which one and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lakehouse.platform.settings import Settings
from lakehouse.registry.catalog import STREAMS
from lakehouse.streams import driving, gold_copy


class Query:
    """A query of Spark that is active for so many looks."""

    lastProgress = None  # noqa: N815 - Spark's name

    def __init__(self, name: str, looks: int) -> None:
        self.name = name
        self.stopped = False
        self._looks = looks

    @property
    def isActive(self) -> bool:  # noqa: N802 - Spark's name
        self._looks -= 1
        return self._looks >= 0

    def exception(self) -> str:
        return "Offsets out of range\nsecond line"

    def stop(self) -> None:
        self.stopped = True


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> driving.Driver:
    monkeypatch.setattr(driving, "_WELL_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(driving.signal, "signal", lambda *_: None)
    monkeypatch.setattr(gold_copy, "versions", lambda *_: {})
    monkeypatch.setattr(gold_copy, "known", lambda *_: None)
    return driving.Driver(None, Settings(state_dir=tmp_path), tmp_path)  # type: ignore[arg-type]


def test_a_query_that_ends_ends_the_driver_with_its_name_and_reason(
    driver: driving.Driver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    queries = driver._queries
    ready = tmp_path / driving.READY
    seen: list[bool] = []

    def events(_: Any, stream: Any, __: Any) -> Query:
        return Query(f"{stream.name}.events", 3 if stream is STREAMS[0] else 1000)

    def minutes(_: Any, stream: Any, __: Any) -> Query:
        return Query(f"{stream.name}.minutes", 1000)

    def say(_: Any) -> None:
        seen.append(ready.exists())
        assert len(seen) < 100, "the driver goes on without its query"

    monkeypatch.setattr(type(queries), "start_events", events)
    monkeypatch.setattr(type(queries), "start_window", minutes)
    monkeypatch.setattr(driving, "_say", say)
    monkeypatch.setattr(driving, "_SAY_EVERY_SECONDS", 0.0)
    with pytest.raises(driving.StreamEndedError) as failure:
        driver.run(STREAMS)
    message = str(failure.value)
    assert f"{STREAMS[0].name}.events ended: Offsets out of range second line" in message
    assert f"remove {tmp_path / 'checkpoints' / STREAMS[0].name}.events" in message
    # the heartbeat file exists while all is well, and is gone afterwards
    assert seen and all(seen)
    assert not ready.exists()
