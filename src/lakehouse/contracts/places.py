"""Where each table lies on HDFS, as paths from the root of the file system."""

from __future__ import annotations

from lakehouse.contracts.model import Layer, Table

ROOT = "/lakehouse"
ASIDE = f"{ROOT}/aside"
BUILDS = f"{ROOT}/builds"


def folder(table: Table) -> str:
    """The table's folder: `/lakehouse/LAYER[/NAMESPACE]/TABLE`."""
    return _joined(f"{ROOT}/{table.layer}", table)


def import_folder(table: Table, ingest_date: str) -> str:
    """The folder of one day's import of a bronze table."""
    return f"{folder(table)}/ingest_date={ingest_date}"


def aside_folder(table: Table, build: str) -> str:
    """Where a build of a table is written before it is shown to readers."""
    return f"{_unshared(f'{ASIDE}/{table.layer}', table)}/{build}"


def model_folder(table: Table) -> str:
    """Where the model that fills a table is kept."""
    return _unshared(f"{ROOT}/models", table)


def quarantine_folder(table: Table) -> str:
    """Where the rows that a silver table set aside are kept."""
    return _unshared(f"{ROOT}/{Layer.QUARANTINE}", table)


def build_record(table: Table, day: str) -> str:
    """File that records the last build of a table; of a bronze table, the import of a day."""
    folder = _joined(f"{BUILDS}/{table.layer}", table)
    return f"{folder}/{day}.json" if table.layer is Layer.BRONZE else f"{folder}.json"


def _joined(root: str, table: Table) -> str:
    return "/".join(part for part in (root, table.namespace.path, table.name) if part)


def _unshared(root: str, table: Table) -> str:
    """Folder of a table where only workloads with databases of their own need a folder."""
    return f"{root}/{table.name}" if table.namespace.plain else _joined(root, table)
