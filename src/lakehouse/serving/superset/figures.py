"""What is counted in Superset: a dataset a fact, with the measures that the reports declare.

Measures that move with a parameter are left out, as Superset has none; a few are its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from lakehouse.serving.reports import measures as declared
from lakehouse.serving.reports.model import Format
from lakehouse.serving.superset.datasets import Dataset
from lakehouse.serving.superset.measures import Measure

# how figures are written, in the notation of D3
FORMATS: Mapping[Format, str] = {
    Format.MONEY: ",.0f",
    Format.COUNT: ",d",
    Format.SHARE: ".1%",
    Format.DECIMAL: ",.2f",
    Format.BYTES: ".3~s",
}


def dataset(
    fact: str,
    time: str,
    *own: Measure,
    joins: tuple[str, ...] = (),
) -> Dataset:
    """Dataset of a fact with its declared measures and further ones of Superset."""
    shared = tuple(
        Measure(each.name, each.sql, each.description, FORMATS[each.format])
        for each in declared.MEASURES
        if each.table == fact and "{" not in each.sql
    )
    return Dataset(fact, time, joins, (*shared, *own))
