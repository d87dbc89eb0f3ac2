"""Finding the published files in a folder that somebody named.

A file is known by its published name, plain or with `.gz`, in the folder itself or up to two
folders below it. What is not there is looked for in the zip archives there, as Kaggle delivers
them; the name of an archive may also be given in place of a folder.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lakehouse.contracts.model import Layer, Table
from lakehouse.registry import catalog
from lakehouse.sources.errors import SourceFileError
from lakehouse.sources.reading import is_archive, members

_DEPTH = 2


@dataclass(frozen=True)
class SourceFile:
    """A published file that was found, and the source table it fills."""

    table: Table
    path: Path


def find_source_files(folder: Path, only: str | None = None) -> list[SourceFile]:
    """Find the published files of whole databases.

    Args:
        folder: where to look, itself and two folders down, or a zip archive.
        only: name of one source database; all if None, or those whose files are there if others
            have none at all.

    Returns:
        a file for each table of the databases, in the order of the contracts.

    Raises:
        SourceFileError: the folder or a file is missing or unreadable, or a file is there twice.
    """
    by_name, unreadable = _files_by_published_name(folder)
    databases = (only,) if only else _databases_present(by_name)
    wanted = [table for table in catalog.LAYERS[Layer.SOURCE] if table.source_database in databases]
    missing = [table.file for table in wanted if table.file not in by_name]
    if missing:
        raise SourceFileError(folder, None, _missing_reason(missing, by_name, unreadable))
    return [SourceFile(table, _only_one(by_name[table.file])) for table in wanted]


def find_source_file(folder: Path, table: Table) -> SourceFile:
    """Find the published file of one table, in the same places.

    Raises:
        SourceFileError: the folder or the file is missing or unreadable, or is there twice.
    """
    by_name, unreadable = _files_by_published_name(folder)
    if table.file not in by_name:
        raise SourceFileError(folder, None, _missing_reason([table.file], by_name, unreadable))
    return SourceFile(table, _only_one(by_name[table.file]))


def has_file(folder: Path, table: Table) -> bool:
    """True if the published file of a table is in the places where it is looked for."""
    by_name, _ = _files_by_published_name(folder)
    return table.file in by_name


ByName = dict[str, list[Path]]


def _files_by_published_name(folder: Path) -> tuple[ByName, list[str]]:
    """Files by name without `.gz`, and sentences about folders that cannot be read."""
    unreadable: list[str] = []
    if _is_archive(folder):
        return _by_name(members(folder)), unreadable
    paths = list(_walk(folder, _DEPTH, unreadable.append))
    by_name = _by_name(path for path in paths if not is_archive(path))
    packed: list[Path] = []
    for path in filter(is_archive, paths):
        try:
            packed += members(path)
        except SourceFileError as error:
            unreadable.append(str(error))
    for name, found in _by_name(packed).items():
        by_name.setdefault(name, found)
    return by_name, unreadable


def _is_archive(folder: Path) -> bool:
    """True for a zip archive, False for a folder.

    Raises:
        SourceFileError: it is neither.
    """
    try:
        os.stat(folder)
    except FileNotFoundError:
        raise SourceFileError(folder, None, "there is no such folder") from None
    except OSError as error:
        raise SourceFileError(folder, None, f"cannot be read: {error.strerror}") from error
    if is_archive(folder):
        return True
    if not folder.is_dir():
        raise SourceFileError(folder, None, "is neither a folder nor a zip archive")
    return False


def _walk(folder: Path, depth: int, report: Callable[[str], None]) -> Iterator[Path]:
    """Files of a folder and of those below it.

    Raises:
        SourceFileError: the first folder cannot be read; those below it are reported.
    """
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        if depth == _DEPTH:
            raise SourceFileError(folder, None, f"cannot be read: {error.strerror}") from error
        report(f"{folder} cannot be read: {error.strerror}")
        return
    for entry in entries:
        if entry.is_file():
            yield Path(entry.path)
        elif depth and entry.is_dir():
            yield from _walk(Path(entry.path), depth - 1, report)


def _by_name(paths: Iterable[Path]) -> ByName:
    by_name: ByName = {}
    for path in paths:
        by_name.setdefault(path.name.removesuffix(".gz"), []).append(path)
    return by_name


def _databases_present(by_name: ByName) -> tuple[str, ...]:
    present = {
        table.source_database for table in catalog.LAYERS[Layer.SOURCE] if table.file in by_name
    }
    return (
        tuple(name for name in catalog.SOURCE_DATABASES if name in present)
        or catalog.SOURCE_DATABASES
    )


def _missing_reason(missing: list[str], by_name: ByName, unreadable: list[str]) -> str:
    unclaimed = sorted(set(by_name) - {table.file for table in catalog.LAYERS[Layer.SOURCE]})
    described = []
    for name in missing:
        near = difflib.get_close_matches(name, unclaimed, n=1, cutoff=0.8)
        described.append(f"{name} (is it {near[0]}?)" if near else name)
    return "; ".join([f"missing, plain, .gz or in a .zip: {', '.join(described)}", *unreadable])


def _only_one(paths: list[Path]) -> Path:
    if len(paths) > 1:
        others = " and ".join(str(path) for path in paths[1:])
        raise SourceFileError(paths[0], None, f"is there twice, also as {others}: keep one")
    return paths[0]
