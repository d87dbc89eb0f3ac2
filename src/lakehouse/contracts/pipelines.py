"""A pipeline: the tables of one layer that one DAG builds."""

from __future__ import annotations

from dataclasses import dataclass

from lakehouse.contracts.model import Layer, Table


@dataclass(frozen=True)
class Pipeline:
    """One DAG with one step per table.

    Attributes:
        dag_id: the name that people know.
        description: what it does.
        layer: the layer it builds.
        tables: the tables it builds.
        tag: further tag of its DAG, such as the source database.
        after: pipelines that it waits for; it runs when all their tables were renewed.
        schedule: when it runs, UTC, as cron writes it; where it waits for none.
        compacted: tables of streams whose small files it compacts once it has read them.
        is_batch: part of a run of everything, from the source databases to gold.
    """

    dag_id: str
    description: str
    layer: Layer
    tables: tuple[Table, ...]
    tag: str = ""
    after: tuple[str, ...] = ()
    schedule: str = "0 3 * * *"
    compacted: tuple[Table, ...] = ()
    is_batch: bool = True

    @property
    def source_database(self) -> str:
        """The PostgreSQL database that all its tables come from; empty if there is no such one."""
        databases = {table.source_database for table in self.tables}
        return databases.pop() if len(databases) == 1 else ""
