"""Answers to the questions that pages ask of Cassandra, each from the partition it names."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from lakehouse.contracts.cassandra import QUESTIONS
from lakehouse.platform.cassandra import CassandraError, open_session
from lakehouse.platform.errors import UnknownNameError
from lakehouse.platform.settings import Settings


@dataclass(frozen=True)
class Answer:
    """Column names and rows of a question."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def ask(
    question: str, moment: dt.datetime, config: Settings | None = None, **parameters: Any
) -> Answer:
    """Ask a declared question about the minute, hour and day of a moment (UTC).

    Args:
        question: its name.
        moment: figures of the hour before it are asked for, or rows of its minute.
        config: the settings; those of the process if None.
        parameters: what else the question names, such as `user_id`.

    Raises:
        UnknownNameError: there is no such question.
        CassandraError: Cassandra does not answer.
    """
    from cassandra import DriverException
    from cassandra.cluster import NoHostAvailable

    known = {one.name: one for one in QUESTIONS}
    if question not in known:
        raise UnknownNameError("question", question, known)
    try:
        with open_session(config) as session:
            found = session.execute(known[question].cql, _places(moment) | parameters)
            return Answer(list(found.column_names), [tuple(row) for row in found])
    except (DriverException, NoHostAvailable) as error:
        raise CassandraError(f"Cassandra refuses {question}: {error}") from error


def _places(moment: dt.datetime) -> dict[str, Any]:
    return {
        "minute": moment.strftime("%Y-%m-%dT%H:%M"),
        "hour": moment.strftime("%Y-%m-%dT%H"),
        "day": moment.date(),
        "start": moment - dt.timedelta(hours=1),
        "end": moment + dt.timedelta(minutes=1),
    }
