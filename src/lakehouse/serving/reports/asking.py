"""Runs the query of each visual through Thrift, as the user of BI tools does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from lakehouse.platform.settings import settings
from lakehouse.serving import thrift
from lakehouse.serving.reports import queries


@dataclass(frozen=True)
class Shown:
    """What a visual got.

    Attributes:
        visual: full name, such as `warehouse/revenue`.
        title: what people read above it.
        query: the Spark SQL that was run.
        seconds: time until its last row was here.
        answer: columns and rows.
    """

    visual: str
    title: str
    query: str
    seconds: float
    answer: thrift.Answer


def ask_all() -> Iterator[Shown]:
    """Every visual of every page, one after the other in one session of the reader's.

    Raises:
        lakehouse.serving.thrift.QueryError: the engine refused a query; the message names it.
    """
    with thrift.cursor(thrift.reader(settings())) as cursor:
        for name, visual in queries.all_visuals():
            statement = queries.query(visual)
            began = time.perf_counter()
            try:
                answer = thrift.ask(cursor, statement)
            except thrift.QueryError as error:
                raise thrift.QueryError(f"{name}: {error}") from error
            yield Shown(name, visual.title, statement, time.perf_counter() - began, answer)


def is_empty(shown: Shown) -> bool:
    """Whether there is nothing to see: no row, or nulls alone. Zero is a figure: a scenario's
    difference, as long as nothing is changed.
    """
    return not any(value is not None for row in shown.answer.rows for value in row)
