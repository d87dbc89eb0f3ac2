"""A workload: everything that one business case adds to the platform."""

from __future__ import annotations

from dataclasses import dataclass

from lakehouse.contracts.model import Table
from lakehouse.contracts.pipelines import Pipeline
from lakehouse.contracts.streams import Stream


@dataclass(frozen=True)
class Workload:
    """One business case.

    Bronze tables are derived from source tables and are not declared.

    Attributes:
        name: its name, and that of its folder.
        description: what it holds.
        uses: names of workloads whose tables it reads and whose modules it imports.
        tables: tables of the source databases, of silver and of gold.
        models: tables of gold that models fill.
        streams: logs and topics that it reads continuously.
        pipelines: its DAGs.
    """

    name: str
    description: str
    uses: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    models: tuple[Table, ...] = ()
    streams: tuple[Stream, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()
