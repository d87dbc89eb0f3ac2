"""Tables of bronze, derived from those of the source databases."""

from __future__ import annotations

from lakehouse.contracts.model import Column, Layer, Table

INGEST_DATE = Column("ingest_date", "DATE", "Day of the import", nullable=False, derived=True)


def imported(source: Table) -> Table:
    """The bronze table that holds the imports of a source table."""
    return Table(
        Layer.BRONZE,
        source.name,
        source.description + ", as imported",
        (*source.columns, INGEST_DATE),
        namespace=source.namespace,
        source_database=source.source_database,
        reads=(source.name,),
        partition=(INGEST_DATE.name,),
    )
