"""Build records: one JSON file per table on HDFS (bronze: per day), replaced in one step."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from lakehouse.contracts import places
from lakehouse.contracts.model import Table


class Files(Protocol):
    """Operations on HDFS that records need; paths are absolute."""

    def read(self, path: str) -> bytes:
        """The content of a file; FileNotFoundError if it is missing."""

    def write(self, path: str, content: bytes) -> None:
        """Write a file, replacing an existing one."""

    def replace(self, old: str, new: str) -> None:
        """Rename a file in one step, over an existing one."""

    def delete(self, path: str) -> bool:
        """Delete a file or folder; True if it existed."""

    def entries(self, path: str) -> list[dict[str, Any]]:
        """Files of a folder with name, length and time; FileNotFoundError if it is missing."""


@dataclass(frozen=True)
class Record:
    """The last successful build of a table.

    Attributes:
        build: identity of the build.
        signature: hash of all that determines the rows: inputs, contract, code, settings.
        content: identity of the rows; equal means equal rows.
        stored: identity of the files that readers saw after the build.
        rows: rows of the table.
        ingest_date: day of import that the table shows, YYYY-MM-DD.
        folder: folder of the build (silver).
        quarantine: identity of the quarantine table's files; empty if there is none (silver).
    """

    build: str
    signature: str
    content: str
    stored: str
    rows: int
    ingest_date: str
    folder: str = ""
    quarantine: str = ""


def read(files: Files, table: Table, day: str) -> Record | None:
    """The record of a table; None if there is none that this version can read."""
    try:
        content = json.loads(files.read(places.build_record(table, day)))
        return Record(**content)
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write(files: Files, table: Table, record: Record) -> None:
    """Write the record of a table; readers see the previous record or this one."""
    path = places.build_record(table, record.ingest_date)
    staging = f"{path}.new"
    files.write(staging, json.dumps(asdict(record)).encode())
    files.replace(staging, path)


def delete(files: Files, table: Table, day: str) -> None:
    """Delete the record of a table, so that it is built next time."""
    files.delete(places.build_record(table, day))
