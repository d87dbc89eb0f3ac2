"""Answers to the questions that pages ask of Cassandra, each from the partition it names."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakehouse.contracts.cassandra import Question
from lakehouse.platform.cassandra import CassandraError, open_session
from lakehouse.platform.errors import UnknownNameError
from lakehouse.platform.settings import Settings
from lakehouse.registry.catalog import QUESTIONS

if TYPE_CHECKING:
    from cassandra.cluster import Session
    from cassandra.query import QueryTrace

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
    cql = question_named(question).cql
    with open_session(config) as session:
        return answer(session, cql, _places(moment) | {"user_id": user_id}, trace=trace)


def answer(
    session: Session, cql: str, parameters: dict[str, Any] | None = None, *, trace: bool = False
) -> Answer:
    """Answer a query.

    Raises:
        CassandraError: Cassandra does not answer, or refuses the query.
    """
    from cassandra import DriverException
    from cassandra.cluster import NoHostAvailable

    try:
        found = session.execute(cql, parameters, trace=trace)
        columns, rows = list(found.column_names), [tuple(row) for row in found]
        if not trace:
            return Answer(columns, rows)
        # a long answer comes in pages, each with a trace of its own
        pages = found.get_all_query_traces(max_wait_sec_per=_TRACE_SECONDS)
        return Answer(columns, rows, _together([_trace_of(page) for page in pages]))
    except (DriverException, NoHostAvailable) as error:
        raise CassandraError(f"Cassandra refuses {cql}: {error}") from error


def _together(pages: list[Trace]) -> Trace:
    return Trace(
        # every page reads on in the same one
        partitions=max(page.partitions for page in pages),
        ranges=sum(page.ranges for page in pages),
        rows=sum(page.rows for page in pages),
        tombstones=sum(page.tombstones for page in pages),
        milliseconds=sum(page.milliseconds for page in pages),
    )


def _trace_of(page: QueryTrace) -> Trace:
    steps = [event.description for event in page.events]
    read = [match.groups() for step in steps if (match := _READ.search(step))]
    return Trace(
        partitions=sum("single-partition query" in step for step in steps),
        ranges=sum("range" in step.lower() for step in steps),
        rows=sum(int(rows) for rows, _ in read),
        tombstones=sum(int(cells) for _, cells in read),
        milliseconds=page.duration.total_seconds() * 1000,
    )


def _places(moment: dt.datetime) -> dict[str, Any]:
    return {
        "minute": moment.strftime("%Y-%m-%dT%H:%M"),
        "hour": moment.strftime("%Y-%m-%dT%H"),
        "day": moment.date(),
        "start": moment - dt.timedelta(hours=1),
        "end": moment + dt.timedelta(minutes=1),
    }
