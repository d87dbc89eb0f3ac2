"""Where each table lies on HDFS, as paths from the root of the file system."""

from __future__ import annotations

from lakehouse.contracts.model import Layer, Table

ROOT = "/lakehouse"
ASIDE = f"{ROOT}/aside"


def folder(table: Table) -> str:
    """The table's folder: `/lakehouse/LAYER[/SOURCE]/TABLE`."""
    parts = [ROOT, str(table.layer), table.source, table.name]
    return "/".join(part for part in parts if part)


def import_folder(table: Table, ingest_date: str) -> str:
    """The folder of one day's import of a bronze table."""
    return f"{folder(table)}/ingest_date={ingest_date}"


def aside_folder(table: Table, build: str) -> str:
    """Where a build of a table is written before it is shown to readers."""
    return f"{ASIDE}/{table.layer}/{table.name}/{build}"


def model_folder(table: Table) -> str:
    """Where the model that fills a table is kept."""
    return f"{ROOT}/models/{table.name}"


def quarantine_folder(table: Table) -> str:
    """Where the rows that a silver table set aside are kept."""
    return f"{ROOT}/{Layer.QUARANTINE}/{table.name}"
