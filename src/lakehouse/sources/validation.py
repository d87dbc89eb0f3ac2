"""Reading a published file once before anything is touched: its header and the form of its CSV."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lakehouse.contracts.model import Table
from lakehouse.sources.errors import SourceFileError
from lakehouse.sources.files import SourceFile
from lakehouse.sources.reading import open_text

_OTHER_SEPARATORS = {";": "';'", "\t": "tabs", "|": "'|'"}


class _Rows(Protocol):
    """What `csv.reader` returns."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


@dataclass(frozen=True)
class ValidFile:
    """A file whose form is sound.

    Attributes:
        source: the file and its table.
        columns: the header, in the file's order.
        rows: records after the header.
    """

    source: SourceFile
    columns: tuple[str, ...]
    rows: int


def validate(source: SourceFile) -> ValidFile:
    """Check the header and every record of a file.

    Raises:
        SourceFileError: wrong header, truncated gzip, not UTF-8, or malformed CSV.
    """
    with open_records(source) as (columns, records):
        return ValidFile(source, columns, sum(1 for _ in records))


@contextmanager
def open_records(source: SourceFile) -> Iterator[tuple[tuple[str, ...], Iterator[list[str]]]]:
    """The header and the records of a file; whatever reads a published file reads it by these.

    Blank lines are no records, and lines may end with any mixture of LF, CRLF and CR.

    Raises:
        SourceFileError: as `validate`, also while the records are read.
    """
    with open_text(source.path) as text:
        reader: _Rows = csv.reader(_without_nul(source.path, text), strict=True)
        columns = _header(source, reader)
        yield columns, _records(source, reader, len(columns))


def _without_nul(path: Path, text: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(text, start=1):
        # PostgreSQL stores no NUL in a text
        if "\0" in line:
            raise SourceFileError(path, number, "holds a NUL byte, which no text may hold")
        yield line


def _header(source: SourceFile, reader: _Rows) -> tuple[str, ...]:
    try:
        header = next((row for row in reader if not _is_blank(row)), None)
    except csv.Error as error:
        raise SourceFileError(source.path, 1, f"malformed CSV: {error}") from error
    if header is None:
        raise SourceFileError(source.path, None, "the file is empty")
    complaint = _header_complaint(source.table, header)
    if complaint:
        raise SourceFileError(source.path, reader.line_num, f"wrong header: {complaint}")
    return tuple(header)


def _is_blank(row: list[str]) -> bool:
    return len(row) < 2 and not "".join(row).strip()


def _header_complaint(table: Table, header: list[str]) -> str:
    if form := _form_complaint(table, header):
        return form
    expected = table.column_names
    missing = [name for name in expected if name not in header]
    complaints = [
        _unknown_column(number, name, missing)
        for number, name in enumerate(header, start=1)
        if name not in expected
    ]
    if missing:
        complaints.append(f"missing {', '.join(missing)}")
    complaints += [f"{name} is there twice" for name in expected if header.count(name) > 1]
    return "; ".join(complaints)


def _form_complaint(table: Table, header: list[str]) -> str:
    """The reason why a header has not even the form of one; empty if it has."""
    if header[0].startswith("sep="):
        return f"{','.join(header)!r} is a line for Excel: delete it, the header must come first"
    if len(header) > 1:
        return ""
    for separator, name in _OTHER_SEPARATORS.items():
        if set(header[0].split(separator)) & set(table.column_names):
            return f"columns are separated by {name}: save the file with commas"
    return ""


def _unknown_column(number: int, name: str, missing: list[str]) -> str:
    if not name or name.startswith("Unnamed: "):
        return f"column {number} has no name, as the index of a data frame: save it without"
    near = difflib.get_close_matches(name, missing, n=1)
    hint = f" (the nearest valid one is {near[0]})" if near else ": delete it"
    return f"unknown column {name!r}{hint}"


def _records(source: SourceFile, reader: _Rows, width: int) -> Iterator[list[str]]:
    last_line = reader.line_num
    try:
        for row in reader:
            if len(row) != width and not _is_blank(row):
                raise SourceFileError(
                    source.path, last_line + 1, f"{len(row)} fields where {width} are expected"
                )
            last_line = reader.line_num
            if len(row) == width:
                yield row
    except csv.Error as error:
        raise SourceFileError(
            source.path, last_line + 1, _csv_reason(str(error), reader.line_num)
        ) from error


def _csv_reason(error: str, line: int) -> str:
    # an open quote swallows what follows until the end of the file or the reader's limit
    if "unexpected end of data" in error or "field limit" in error:
        return "malformed CSV: a quote is opened and never closed"
    return f"malformed CSV: {error} (noticed at line {line})"
