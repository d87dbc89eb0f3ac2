"""Every panel's query, from the dashboards' files, filled in and asked as Grafana does."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakehouse.platform.cassandra import open_session
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.prometheus import Prometheus
from lakehouse.platform.settings import PROJECT, Settings, settings
from lakehouse.serving.grafana.files import DASHBOARDS
from lakehouse.serving.grafana.panels import CASSANDRA
from lakehouse.serving.live import Trace, answer

if TYPE_CHECKING:
    from cassandra.cluster import Session

# How far apart the points of a graph are, and the shortest span of a rate: four scrapes.
STEP_SECONDS = 15
_RATE = "1m"
_UNITS = {"m": 60, "h": 3600, "d": 86_400}
_VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)")


class GrafanaError(PlatformError):
    """There is no dashboard, or a query of one names something that nobody fills in."""


@dataclass(frozen=True)
class PanelQuery:
    """A query of a panel, as its dashboard's file has it.

    Attributes:
        dashboard: title of the dashboard.
        panel: title of the panel.
        ref_id: letter of the query in its panel.
        source: type of its data source.
        text: CQL or PromQL with macros and variables.
        instant: whether the value of one moment is asked for (PromQL).
        last: a span of the panel's own before the end of the range, as `1h`, if any.
    """

    dashboard: str
    panel: str
    ref_id: str
    source: str
    text: str
    instant: bool
    last: str


@dataclass(frozen=True)
class Asked:
    """What became of a query.

    Attributes:
        query: the query.
        filled: its text as it was sent.
        rows: rows, or series.
        milliseconds: time from sending it to the whole answer, tracing not in it.
        trace: what Cassandra read for it.
        error: why there was no answer; empty where there was one.
    """

    query: PanelQuery
    filled: str
    rows: int
    milliseconds: float
    trace: Trace | None = None
    error: str = ""


def dashboards(folder: Path = PROJECT / DASHBOARDS) -> Iterator[dict[str, Any]]:
    """The dashboards, as their files have them.

    Raises:
        GrafanaError: there is none.
    """
    files = sorted(folder.glob("*.json"))
    if not files:
        raise GrafanaError(f"no dashboard is in {folder}")
    for file in files:
        yield json.loads(file.read_text("utf-8"))


def panel_queries(board: Mapping[str, Any]) -> Iterator[PanelQuery]:
    """Every query of a dashboard."""
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            yield PanelQuery(
                board["title"],
                panel["title"],
                target["refId"],
                target["datasource"]["type"],
                target.get("target") or target["expr"],
                bool(target.get("instant")),
                panel.get("timeFrom") or "",
            )


def ask_all(
    end: dt.datetime, span: dt.timedelta, config: Settings | None = None
) -> Iterator[Asked]:
    """Ask every query of every dashboard for a range; what is refused is told in the answer.

    Raises:
        PlatformError: Cassandra or Prometheus does not answer at all.
    """
    config = config or settings()
    prometheus = Prometheus(config)
    with open_session(config) as session:
        for board in dashboards():
            known = variables(board, prometheus, end)
            for query in panel_queries(board):
                start = end - (_seconds(query.last) if query.last else span)
                filled = fill(query.text, start, end, known)
                if query.source == CASSANDRA:
                    yield _of_cassandra(query, filled, session)
                else:
                    yield _of_prometheus(query, filled, prometheus, (start, end))


def _of_cassandra(query: PanelQuery, cql: str, session: Session) -> Asked:
    try:
        began = time.monotonic()
        rows = len(answer(session, cql).rows)
        took = (time.monotonic() - began) * 1000
        return Asked(query, cql, rows, took, answer(session, cql, trace=True).trace)
    except PlatformError as error:
        return Asked(query, cql, 0, 0.0, error=str(error))


def _of_prometheus(
    query: PanelQuery, promql: str, server: Prometheus, span: tuple[dt.datetime, dt.datetime]
) -> Asked:
    start, end = (moment.timestamp() for moment in span)
    try:
        began = time.monotonic()
        if query.instant:
            series = server.query(promql, end)
        else:
            series = server.query_range(promql, start, end, STEP_SECONDS)
        return Asked(query, promql, len(series), (time.monotonic() - began) * 1000)
    except PlatformError as error:
        return Asked(query, promql, 0, 0.0, error=str(error))


def variables(board: Mapping[str, Any], prometheus: Prometheus, end: dt.datetime) -> dict[str, str]:
    """The dashboard's variables at the end of a range; one that people choose from as `All`.

    Raises:
        GrafanaError: a variable has no value.
        PrometheusError: Prometheus does not answer.
    """
    found = {}
    for variable in board["templating"]["list"]:
        if variable["includeAll"]:
            found[variable["name"]] = variable["allValue"]
            continue
        promql = re.fullmatch(r"query_result\((.*)\)", variable["query"])
        assert promql is not None, variable["query"]
        series = prometheus.query(promql[1], end.timestamp())
        # Grafana writes a series as text, and takes the pattern's first group of it
        texts = [_as_text(one) for one in series]
        values = [m[1] for text in texts if (m := re.search(variable["regex"].strip("/"), text))]
        if len(values) != 1:
            raise GrafanaError(f"${variable['name']} of {board['title']} has no value: {texts}")
        found[variable["name"]] = values[0]
    return found


def fill(text: str, start: dt.datetime, end: dt.datetime, known: Mapping[str, str]) -> str:
    """The text as it is sent: macros of the range, and variables.

    Raises:
        GrafanaError: it names something that nobody fills in.
    """
    macros = {
        "__timeFrom": str(int(start.timestamp() * 1000)),
        "__timeTo": str(int(end.timestamp() * 1000)),
        "__rate_interval": _RATE,
    }

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name not in macros and name not in known:
            raise GrafanaError(f"nobody fills in ${name}: {text}")
        return macros.get(name) or known[name]

    return _VARIABLE.sub(value, text)


def _as_text(series: Mapping[str, Any]) -> str:
    labels = ", ".join(f'{name}="{value}"' for name, value in series["metric"].items())
    return f"{{{labels}}} {series['value'][1]}"


def _seconds(span: str) -> dt.timedelta:
    return dt.timedelta(seconds=int(span[:-1]) * _UNITS[span[-1]])
