"""Every measure, once: in Spark SQL for whoever queries, in DAX for Power BI."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from lakehouse.registry import catalog
from lakehouse.serving.reports.model import Measure, Parameter

PARAMETERS: tuple[Parameter, ...] = catalog.objects("parameters")
MEASURES: tuple[Measure, ...] = catalog.objects("measures")
_BY_NAME: Mapping[str, Measure] = {measure.name: measure for measure in MEASURES}


class UnknownMeasureError(LookupError):
    """No measure of that name is declared; the message offers the nearest."""


def measure(name: str) -> Measure:
    """The measure of that name.

    Raises:
        UnknownMeasureError: none is declared.
    """
    if name not in _BY_NAME:
        near = difflib.get_close_matches(name, _BY_NAME, n=1, cutoff=0)
        raise UnknownMeasureError(f"no measure is called {name}; did you mean {near[0]}?")
    return _BY_NAME[name]
