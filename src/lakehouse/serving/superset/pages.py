"""A page of Superset: its charts, and what may be filtered on it."""

from __future__ import annotations

from dataclasses import dataclass

from lakehouse.serving.superset.charts import Chart
from lakehouse.serving.superset.datasets import Dataset


@dataclass(frozen=True)
class Page:
    """A dashboard.

    Attributes:
        name: its title.
        slug: its address behind `/superset/dashboard/`.
        description: what it tells.
        rows: charts beside each other, each with its width in twelfths; rows from top to bottom.
        filters: name, dataset and column of each choice offered beside the range of time.
    """

    name: str
    slug: str
    description: str
    rows: tuple[tuple[tuple[Chart, int], ...], ...]
    filters: tuple[tuple[str, Dataset, str], ...] = ()

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Its charts, row by row."""
        return tuple(chart for row in self.rows for chart, _ in row)
