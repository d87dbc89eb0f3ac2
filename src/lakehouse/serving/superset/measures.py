"""Measures: what is counted on a fact, in Spark SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Measure:
    """One figure.

    Attributes:
        name: what people call it.
        sql: aggregate over columns of the dataset, Spark SQL. Without dots: PyHive's dialect takes
            what stands before the second for the name of a schema, and leaves it out.
        description: meaning, with the unit where it has one.
        format: how it is written, in the notation of D3.
    """

    name: str
    sql: str
    description: str
    format: str

    def render(self) -> dict[str, Any]:
        """The measure as Superset imports it."""
        return {
            "metric_name": self.name,
            "verbose_name": self.name,
            "expression": self.sql,
            "description": self.description,
            "d3format": self.format,
        }
