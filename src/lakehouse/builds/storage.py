"""Identity of stored files by their names, lengths and modification times."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from lakehouse.builds.records import Files

_COMMIT = re.compile(r"(\d{20})\.json")


def folder_identity(files: Files, folder: str) -> str:
    """Hash of the listing of a folder; empty if the folder is missing."""
    listed = sorted(_file(entry) for entry in _entries(files, folder))
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest() if listed else ""


def delta_identity(files: Files, folder: str) -> str:
    """Newest commit of a Delta table: version, length and time; empty if it has none.

    A number alone is not enough: a table that was dropped and created again counts from 0.
    """
    listed = (_file(entry) for entry in _entries(files, f"{folder}/_delta_log"))
    commits = sorted(file for file in listed if _COMMIT.fullmatch(file[0]))
    return " ".join(str(part) for part in commits[-1]) if commits else ""


def delta_version(identity: str) -> int:
    """Version of a Delta table from its identity; -1 if there was no table."""
    commit = _COMMIT.search(identity)
    return int(commit.group(1)) if commit else -1


def _file(entry: dict[str, Any]) -> tuple[str, int, int]:
    return entry["name"].rsplit("/", 1)[-1], entry["length"], entry["modificationTime"]


def _entries(files: Files, folder: str) -> list[dict[str, Any]]:
    try:
        return files.entries(folder)
    except FileNotFoundError:
        return []
