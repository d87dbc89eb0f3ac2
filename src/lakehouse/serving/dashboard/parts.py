"""Parts that several pages share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from dash import html

from lakehouse.serving.dashboard import words
from lakehouse.serving.dashboard.board import Board
from lakehouse.serving.dashboard.source import Source

# the services that a source stands for: told of once
_SERVICES = {"Cassandra": "cassandra", "Kafka": "kafka", "HDFS": "hdfs", "Spark Thrift": "spark"}


def notices(board: Board, needed: Collection[Source[Any]]) -> list[Any]:
    """Servers that are gone and since when; those that never came where the page needs them."""
    silent = [source for source in board.named() if words.silence(source)]
    lost = [source for source in silent if source.reading.taken_at]
    absent = [source for source in silent if source in needed and source not in lost]
    sentences = [words.silence(source) for source in lost]
    told = [_SERVICES[source.name] for source in silent]
    sentences += words.losses(board.health.reading.value or [], told)
    alarms = [
        html.P([html.Strong("Down: "), sentence], className="alarm") for sentence in sentences
    ]
    return alarms + [html.P(words.silence(source), className="note") for source in absent]


def table(
    titles: Sequence[str], rows: Iterable[Sequence[Any]], numbers: Collection[int] = ()
) -> Any:
    """A table that scrolls sideways where the screen is narrow."""
    heads = [html.Th(title, scope="col") for title in titles]
    body = [
        html.Tr(
            [
                html.Td(cell, className="number" if i in numbers else "")
                for i, cell in enumerate(row)
            ]
        )
        for row in rows
    ]
    made = html.Table([html.Thead(html.Tr(heads)), html.Tbody(body)])
    # reachable by keyboard, so that it can be scrolled
    return html.Div(made, className="scroll", tabIndex="0", role="region")
