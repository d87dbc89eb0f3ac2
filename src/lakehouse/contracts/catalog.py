"""Every declared table, found by layer and name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from lakehouse.contracts import gold, gold_science, gold_streams, quality, silver, sources, streams
from lakehouse.contracts.model import Column, Layer, Table

INGEST_DATE = Column("ingest_date", "DATE", "Day of the import", nullable=False, derived=True)


class UnknownTableError(LookupError):
    """No table of that name is declared; the message offers the nearest."""


def _bronze(table: Table) -> Table:
    return Table(
        Layer.BRONZE,
        table.name,
        table.description + ", as imported",
        (*table.columns, INGEST_DATE),
        namespace=table.namespace,
        source_database=table.source_database,
        reads=(table.name,),
        partition=(INGEST_DATE.name,),
    )


BRONZE: tuple[Table, ...] = tuple(_bronze(table) for table in sources.TABLES)
LAYERS: dict[Layer, tuple[Table, ...]] = {
    Layer.SOURCE: sources.TABLES,
    Layer.BRONZE: BRONZE,
    Layer.SILVER: (*silver.TABLES, *streams.TABLES),
    Layer.GOLD: (*gold.TABLES, *gold_streams.TABLES, *gold_science.TABLES),
    Layer.QUALITY: quality.TABLES,
}


def table(layer: Layer, name: str) -> Table:
    """The table of that layer and name.

    Raises:
        UnknownTableError: none is declared; the message names the nearest.
    """
    for candidate in LAYERS[layer]:
        if candidate.name == name:
            return candidate
    raise UnknownTableError(_unknown(f"{layer} table", name, [t.name for t in LAYERS[layer]]))


def batch(layer: Layer) -> tuple[Table, ...]:
    """The tables of a layer that are built from the source databases, not by streams or models."""
    others = (streams.NAMESPACE, gold_science.NAMESPACE)
    return tuple(t for t in LAYERS[layer] if t.namespace not in others)


def read_by_gold(name: str) -> Table:
    """The table that one of gold names among those it reads: of gold itself, or of silver.

    Raises:
        UnknownTableError: neither has it.
    """
    own = name.startswith(("dim_", "fact_"))
    return table(Layer.GOLD if own else Layer.SILVER, name)


def build_order(tables: Iterable[Table]) -> list[Table]:
    """The tables sorted so that each stands behind those among them that it needs."""
    pending = list(tables)
    ordered: list[Table] = []
    while pending:
        waiting = {t.name for t in pending}
        ready = [t for t in pending if not (needs(t) & waiting) - {t.name}]
        if not ready:
            raise ValueError(f"tables need each other in a circle: {sorted(waiting)}")
        ordered += ready
        pending = [t for t in pending if t not in ready]
    return ordered


def needs(table: Table) -> set[str]:
    """Names of the tables of its own layer that must be built before it.

    A gold table waits for the dimensions it reads or points at; a silver table for the parents
    that tell whether its rows are orphans.
    """
    own = {t.name for t in LAYERS[table.layer]}
    pointed = {r.table for r in table.references}
    read = set(table.reads) if table.layer is Layer.GOLD else set()
    return ((pointed | read) & own) - {table.name}


def _unknown(kind: str, name: str, known: list[str]) -> str:
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f"; did you mean {nearest[0]}?" if nearest else f"; there are {', '.join(known)}"
    return f"no {kind} is called {name}{hint}"
