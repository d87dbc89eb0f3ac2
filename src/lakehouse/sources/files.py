"""Finding the published files in a folder that somebody named.

A file is known by its published name, plain or with `.gz`, in the folder itself or up to two
folders below it.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from lakehouse.contracts import sources
from lakehouse.contracts.model import Table
from lakehouse.sources.errors import SourceFileError

DATABASES = (sources.ECOM, sources.MARKETING)
_PATTERNS = ("*", "*/*", "*/*/*")


@dataclass(frozen=True)
class SourceFile:
    """A published file that was found, and the source table it fills."""

    table: Table
    path: Path


def find_source_files(folder: Path, only: str | None = None) -> list[SourceFile]:
    """Find the published files of whole databases.

    Args:
        folder: where to look, itself and two folders down.
        only: `ecom` or `marketing`; both databases if None, or the one whose files are there if
            the other has none at all.

    Returns:
        a file for each table of the databases, in the order of the contracts.

    Raises:
        SourceFileError: the folder or a file is missing, or a file is there twice.
    """
    if not folder.is_dir():
        raise SourceFileError(folder, None, "there is no such folder")
    by_name = _files_by_published_name(folder)
    databases = (only,) if only else _databases_present(by_name)
    wanted = [table for table in sources.TABLES if table.source in databases]
    missing = [table.file for table in wanted if table.file not in by_name]
    if missing:
        raise SourceFileError(folder, None, _missing_reason(missing, by_name))
    return [SourceFile(table, _only_one(by_name[table.file])) for table in wanted]


def find_source_file(folder: Path, table: Table) -> SourceFile:
    """Find the published file of one table, in the same places.

    Raises:
        SourceFileError: the folder or the file is missing, or the file is there twice.
    """
    if not folder.is_dir():
        raise SourceFileError(folder, None, "there is no such folder")
    by_name = _files_by_published_name(folder)
    if table.file not in by_name:
        raise SourceFileError(folder, None, _missing_reason([table.file], by_name))
    return SourceFile(table, _only_one(by_name[table.file]))


def has_file(folder: Path, table: Table) -> bool:
    """True if the published file of a table is in the places where it is looked for."""
    return table.file in _files_by_published_name(folder)


def _files_by_published_name(folder: Path) -> dict[str, list[Path]]:
    by_name: dict[str, list[Path]] = {}
    for pattern in _PATTERNS:
        for path in sorted(folder.glob(pattern)):
            if path.is_file():
                by_name.setdefault(path.name.removesuffix(".gz"), []).append(path)
    return by_name


def _databases_present(by_name: dict[str, list[Path]]) -> tuple[str, ...]:
    present = {table.source for table in sources.TABLES if table.file in by_name}
    return tuple(name for name in DATABASES if name in present) or DATABASES


def _missing_reason(missing: list[str], by_name: dict[str, list[Path]]) -> str:
    unclaimed = sorted(set(by_name) - {table.file for table in sources.TABLES})
    described = []
    for name in missing:
        near = difflib.get_close_matches(name, unclaimed, n=1, cutoff=0.8)
        described.append(f"{name} (is it {near[0]}?)" if near else name)
    return f"missing, plain or as .gz: {', '.join(described)}"


def _only_one(paths: list[Path]) -> Path:
    if len(paths) > 1:
        others = " and ".join(str(path) for path in paths[1:])
        raise SourceFileError(paths[0], None, f"is there twice, also as {others}: keep one")
    return paths[0]
