"""Batches reach a sink in order, in spite of its failures, and what it rejects is kept."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from lakehouse.contracts.streams import Route
from lakehouse.sinks.encoding.records import Rejected
from lakehouse.streams import delivering
from lakehouse.streams.delivering import Delivery, StoppedError
from unit.sinks.tables import WINDOWS


class Batch:
    """A data frame of messages, as far as a delivery uses it."""

    def __init__(self, *messages: tuple[int, int, bytes | None]) -> None:
        self._messages = list(messages)

    def sort(self, *columns: str) -> Batch:
        assert columns == ("partition", "offset")
        return Batch(*sorted(self._messages, key=lambda one: one[:2]))

    def select(self, column: str) -> Batch:
        assert column == "value"
        return self

    def toLocalIterator(self) -> Any:  # noqa: N802 - Spark's name
        return iter([(value,) for _, _, value in self._messages])


class Store:
    """A sink that fails so many times before it takes a delivery."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.taken: list[tuple[str, bytes, Any]] = []
        self.rejected: list[bytes] = []

    def target(self, route: Route) -> Any:
        return route.binding.table

    def write(self, content: bytes, target: Any, delivery: str) -> Rejected:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the server restarts")
        self.taken.append((delivery, content, target))
        rejected = Rejected()
        for line in self.rejected:
            rejected.add(line, ValueError("no day"))
        return rejected


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "_PAUSE_SECONDS", 0.001)


def delivery(store: Store, files: dict[str, bytes], stopping: threading.Event) -> Delivery:
    def put(path: str, content: bytes) -> None:
        files[path] = content

    return Delivery(WINDOWS, store, put, stopping)  # type: ignore[arg-type]


def test_messages_are_delivered_in_the_order_of_their_partitions() -> None:
    store = Store()
    deliver = delivery(store, {}, threading.Event())

    deliver(Batch((1, 0, b"d"), (0, 11, b"c"), (0, 9, b"a"), (0, 10, None)), 0)  # type: ignore[arg-type]
    ((_, content, target),) = store.taken
    assert content.split(b"\n") == [b"a", b"", b"c", b"d"]
    assert target is WINDOWS.binding.table


def test_repeated_batch_has_the_same_delivery_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "MOST_LINES", 2)
    batch: Any = Batch((0, 0, b"a"), (0, 1, b"b"), (0, 2, b"c"))
    names = []
    for number in (0, 7):
        store = Store()
        delivery(store, {}, threading.Event())(batch, number)
        names.append([name for name, _, _ in store.taken])
    assert len(set(names[0])) == 2
    assert names[0] == names[1]
    assert all(name.startswith("sales.daily.postgres-") for name in names[0])


def test_sink_that_fails_is_asked_again(capsys: pytest.CaptureFixture[str]) -> None:
    store = Store(failures=2)

    delivery(store, {}, threading.Event())(Batch((0, 0, b"a")), 0)  # type: ignore[arg-type]
    assert [content for _, content, _ in store.taken] == [b"a"]
    assert capsys.readouterr().out.count("sales.daily.postgres: the server restarts; again") == 2


def test_driver_that_stops_does_not_wait_for_a_sink() -> None:
    stopping = threading.Event()
    stopping.set()

    with pytest.raises(StoppedError):
        delivery(Store(failures=1), {}, stopping)(Batch((0, 0, b"a")), 0)  # type: ignore[arg-type]


def test_rejected_records_are_kept_in_quarantine_once() -> None:
    files: dict[str, bytes] = {}
    store = Store()
    store.rejected = [b"bad"]

    for _ in range(2):
        delivery(store, files, threading.Event())(Batch((0, 0, b"bad")), 0)  # type: ignore[arg-type]
    ((path, content),) = files.items()
    assert path.startswith("/lakehouse/quarantine/streams/postgres/sales.daily/ingest_date=")
    assert json.loads(content) == {"reason": "no day", "line": "bad"}
