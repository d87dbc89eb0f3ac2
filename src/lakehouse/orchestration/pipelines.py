"""The pipelines of all workloads, found by name."""

from __future__ import annotations

import difflib

from lakehouse.contracts.model import Layer
from lakehouse.contracts.pipelines import Pipeline
from lakehouse.registry import catalog


class UnknownPipelineError(LookupError):
    """No pipeline has that name; the message offers the nearest."""


KNOWN: tuple[Pipeline, ...] = catalog.PIPELINES
# a run of everything, from the source databases to gold
PIPELINES = tuple(each for each in KNOWN if each.is_batch)
MAINTENANCE = "Gold_DataWarehouse_Maintenance"


def batch(layer: Layer) -> tuple[Pipeline, ...]:
    """The pipelines of a run of everything that build one layer."""
    return tuple(each for each in PIPELINES if each.layer is layer)


def of_models() -> tuple[Pipeline, ...]:
    """The pipelines that train models."""
    models = {table.full_name for table in catalog.MODELS}
    return tuple(p for p in KNOWN if any(table.full_name in models for table in p.tables))


def of_streams() -> tuple[Pipeline, ...]:
    """The pipelines that take new events of streams to gold."""
    return tuple(each for each in KNOWN if not each.is_batch and each not in of_models())


def pipeline(dag_id: str) -> Pipeline:
    """The pipeline of that name.

    Raises:
        UnknownPipelineError: there is none; the message names the nearest.
    """
    for candidate in KNOWN:
        if candidate.dag_id == dag_id:
            return candidate
    known = [p.dag_id for p in KNOWN]
    nearest = difflib.get_close_matches(dag_id, known, n=1, cutoff=0.3)
    hint = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(known)}"
    raise UnknownPipelineError(f"no pipeline is called {dag_id}; {hint}")
