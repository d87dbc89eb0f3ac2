"""What a dashboard is made of, before it is anything of Grafana's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CASSANDRA = "hadesarchitect-cassandra-datasource"
PROMETHEUS = "prometheus"
# uids of the data sources, as grafana/provisioning/datasources gives them
UIDS = {CASSANDRA: "lakehouse-cassandra", PROMETHEUS: "lakehouse-prometheus"}

Kind = Literal["timeseries", "stat", "table", "bargauge", "statetimeline"]


@dataclass(frozen=True)
class Query:
    """A query of a panel.

    Attributes:
        source: type of the data source, CASSANDRA or PROMETHEUS.
        text: CQL or PromQL, with Grafana's macros.
        legend: name of a series; `{{ column }}` or `{{label}}` is replaced.
        latest: ask for the value of now only (PromQL).
    """

    source: str
    text: str
    legend: str = ""
    latest: bool = False


@dataclass(frozen=True)
class Panel:
    """A picture and what it shows.

    Attributes:
        title: what stands above it.
        description: what the figures mean.
        kind: Grafana's kind of panel.
        queries: all of one data source.
        unit: Grafana's name of the unit.
        width: of 24 columns.
        stacked: whether series stand upon each other.
        reduced_by: what a panel of single values makes of a series: `sum`, `lastNotNull`.
        last: a span of its own before the end of the dashboard's range, as `1h`.
        total_by: in a table, rows are added up by this column.
        totals: the columns that are added up; the largest of the first come first.
        newest_by: in a table, rows are ordered by this column, the newest first.
        hidden: columns of a table that are not shown.
        product: column of a table with product ids, which are shown shortened.
        good: of a panel of states, 0 or 1: the state that is green; the other is red.
        most: highest value of the axis or bar, where the unit has one.
    """

    title: str
    description: str
    kind: Kind
    queries: tuple[Query, ...]
    unit: str = "short"
    width: int = 12
    stacked: bool = False
    reduced_by: str = "lastNotNull"
    last: str = ""
    total_by: str = ""
    totals: tuple[str, ...] = ()
    newest_by: str = ""
    hidden: tuple[str, ...] = ()
    product: str = ""
    good: int = 1
    most: float | None = None

    @property
    def source(self) -> str:
        """The data source of its queries."""
        return self.queries[0].source


@dataclass(frozen=True)
class Row:
    """Panels under a heading."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Variable:
    """A value that queries name as `${name}`, asked of Prometheus whenever the range moves.

    Attributes:
        name: its name.
        query: `label_values(...)` to choose from, or `query_result(...)` of one series.
        pattern: what to take of the answer, in its first group; all of it if empty.
    """

    name: str
    query: str
    pattern: str = ""

    @property
    def is_chosen(self) -> bool:
        """Whether people choose of several values; else it has one and is hidden."""
        return self.query.startswith("label_values")


@dataclass(frozen=True)
class Board:
    """A dashboard.

    Attributes:
        uid: its place in addresses; stays.
        title: its name.
        description: what it is for.
        span: the range shown at first, as `1h`.
        rows: from top to bottom.
        variables: what its queries name.
    """

    uid: str
    title: str
    description: str
    span: str
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...] = ()

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All of them."""
        return tuple(panel for row in self.rows for panel in row.panels)


def prometheus(text: str, legend: str = "", *, latest: bool = False) -> Query:
    """A query of Prometheus."""
    return Query(PROMETHEUS, text, legend, latest)
