"""Every line becomes the event, or the dead letter, that its case promises."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakehouse.contracts.streams import DEAD_LETTER_COLUMNS, LINE_REASONS, Stream
from lakehouse.registry.catalog import EVENT_TABLES, STREAMS
from lakehouse.streams import events
from lakehouse.streams.parsing import Accepted
from unit.streams import lines
from unit.streams.lines import Case

Message = tuple[str, str, dict[str, Any]]


@pytest.fixture(scope="module")
def became(spark: SparkSession) -> dict[str, list[tuple[Case, Message]]]:
    """Each case with the message it became, by stream; all lines of a stream run at once."""
    return {stream.name: _became(spark, stream) for stream in STREAMS}


def _became(spark: SparkSession, stream: Stream) -> list[tuple[Case, Message]]:
    found = lines.cases(stream.name)
    raw = lines.raw(spark, found, stream.raw.name)
    rows = events.messages(raw, stream, lines.known(spark), Accepted()).collect()
    assert len(rows) == len(found)
    messages = [(row.topic, row.key, json.loads(row.value)) for row in rows]
    return list(zip(found, messages, strict=True))


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_lines_become_what_their_cases_promise(
    became: dict[str, list[tuple[Case, Message]]], stream: Stream
) -> None:
    wrong = {
        case["name"]: (promised, told)
        for case, (topic, _, message) in became[stream.name]
        for promised, told in [(_promised(case, stream), _told(case, topic, message))]
        if promised != told
    }

    assert wrong == {}


def _promised(case: Case, stream: Stream) -> dict[str, Any]:
    if "clean" in case:
        return {"topic": stream.clean.name, **case["clean"]}
    fields = {name: case[name] for name in ("reason", "detail") if name in case}
    return {"topic": stream.dead_letter.name, **fields}


def _told(case: Case, topic: str, message: dict[str, Any]) -> dict[str, Any]:
    asked = case["clean"] if "clean" in case else [n for n in ("reason", "detail") if n in case]
    return {"topic": topic, **{name: message.get(name) for name in asked}}


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_identity_is_made_from_place_and_line(
    became: dict[str, list[tuple[Case, Message]]], stream: Stream
) -> None:
    for case, (_, key, message) in became[stream.name]:
        place = bytes(message["place"], "utf-8")
        digest = hashlib.md5(place + b"\n" + (lines.line(case) or b"")).hexdigest()
        assert (key, message["event_id"]) == (digest, digest), case["name"]


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_messages_hold_only_what_is_declared(
    became: dict[str, list[tuple[Case, Message]]], stream: Stream
) -> None:
    clean = EVENT_TABLES[stream.name].columns
    for case, (topic, _, message) in became[stream.name]:
        declared = clean if topic == stream.clean.name else DEAD_LETTER_COLUMNS
        assert set(message) <= {c.name for c in declared}, case["name"]
        assert set(message) >= {c.name for c in declared if not c.nullable}, case["name"]


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_a_dead_letter_keeps_the_line_and_its_place(
    became: dict[str, list[tuple[Case, Message]]], stream: Stream
) -> None:
    for offset, (case, (topic, _, letter)) in enumerate(became[stream.name]):
        if topic != stream.dead_letter.name:
            continue
        bytes_ = lines.line(case) or b""
        assert base64.b64decode(letter["line_base64"], validate=True) == bytes_, case["name"]
        assert letter["stream"] == stream.name
        assert (letter["topic"], letter["partition"], letter["offset"]) == (
            (stream.raw.name, 0, offset)
        )
        assert len(letter["line"]) <= 500 and (letter["line"].isprintable() or not bytes_.isascii())


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_cases_name_every_column_and_every_reason(stream: Stream) -> None:
    found = lines.cases(stream.name)
    columns = {column.name for column in EVENT_TABLES[stream.name].columns} - {"event_id"}

    assert any(set(case.get("clean", ())) == columns for case in found)
    assert {case["reason"] for case in found if "reason" in case} == {r.name for r in LINE_REASONS}
