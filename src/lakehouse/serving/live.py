"""Answers to the questions that pages ask of Cassandra, each from the partition it names."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lakehouse.contracts.cassandra import QUESTIONS, Question
from lakehouse.platform.cassandra import CassandraError, open_session
from lakehouse.platform.errors import UnknownNameError
from lakehouse.platform.settings import Settings

_READ = re.compile(r"Read (\d+) live rows and (\d+) tombstone cells")
_TRACE_SECONDS = 20


@dataclass(frozen=True)
class Trace:
    """What the server did for an answer, by its own account.

    Attributes:
        partitions: partitions that were read.
        ranges: searches through ranges of partitions; a question must need none.
        rows: rows that were read.
        tombstones: marks of deleted cells that were read.
        milliseconds: time from the request to the answer.
    """

    partitions: int
    ranges: int
    rows: int
    tombstones: int
    milliseconds: float


@dataclass(frozen=True)
class Answer:
    """Column names and rows of a question, with the trace where it was asked for."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    trace: Trace | None = None


def question_named(name: str) -> Question:
    """A declared question.

    Raises:
        UnknownNameError: there is none of this name.
    """
    known = {one.name: one for one in QUESTIONS}
    if name not in known:
        raise UnknownNameError("question", name, known)
    return known[name]


def ask(
    question: str,
    moment: dt.datetime,
    config: Settings | None = None,
    *,
    trace: bool = False,
    user_id: int = 0,
) -> Answer:
    """Ask a declared question about the minute, hour and day of a moment (UTC).

    Args:
        question: its name.
        moment: figures of the hour before it are asked for, or rows of its minute.
        config: the settings; those of the process if None.
        trace: let the server tell what it does.
        user_id: the visitor, where the question names one.

    Raises:
        UnknownNameError: there is no such question.
        CassandraError: Cassandra does not answer.
    """
    from cassandra import DriverException
    from cassandra.cluster import NoHostAvailable

    cql = question_named(question).cql
    try:
        with open_session(config) as session:
            found = session.execute(cql, _places(moment) | {"user_id": user_id}, trace=trace)
            columns, rows = list(found.column_names), [tuple(row) for row in found]
            if not trace:
                return Answer(columns, rows)
            traced = found.get_query_trace(max_wait_sec=_TRACE_SECONDS)
            did = [event.description for event in traced.events]
            return Answer(columns, rows, _trace(did, traced.duration))
    except (DriverException, NoHostAvailable) as error:
        raise CassandraError(f"Cassandra refuses {question}: {error}") from error


def _trace(did: Iterable[str], took: dt.timedelta) -> Trace:
    steps = list(did)
    read = [match.groups() for step in steps if (match := _READ.search(step))]
    return Trace(
        partitions=sum("single-partition query" in step for step in steps),
        ranges=sum("range" in step.lower() for step in steps),
        rows=sum(int(rows) for rows, _ in read),
        tombstones=sum(int(cells) for _, cells in read),
        milliseconds=took.total_seconds() * 1000,
    )


def _places(moment: dt.datetime) -> dict[str, Any]:
    return {
        "minute": moment.strftime("%Y-%m-%dT%H:%M"),
        "hour": moment.strftime("%Y-%m-%dT%H"),
        "day": moment.date(),
        "start": moment - dt.timedelta(hours=1),
        "end": moment + dt.timedelta(minutes=1),
    }
