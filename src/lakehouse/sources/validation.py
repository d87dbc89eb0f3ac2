"""Reading a published file once before anything is touched: its header and the form of its CSV."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from lakehouse.contracts.model import Table
from lakehouse.sources.errors import SourceFileError
from lakehouse.sources.files import SourceFile
from lakehouse.sources.reading import open_text


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
    with open_text(source.path) as text:
        reader: _Rows = csv.reader(text, strict=True)
        columns = _header(source, reader)
        return ValidFile(source, columns, _count_rows(source, reader, len(columns)))


def _header(source: SourceFile, reader: _Rows) -> tuple[str, ...]:
    try:
        header = next(reader, None)
    except csv.Error as error:
        raise SourceFileError(source.path, 1, f"malformed CSV: {error}") from error
    if header is None:
        raise SourceFileError(source.path, None, "the file is empty")
    complaint = _header_complaint(source.table, header)
    if complaint:
        raise SourceFileError(source.path, 1, f"wrong header: {complaint}")
    return tuple(header)


def _header_complaint(table: Table, header: list[str]) -> str:
    expected = table.column_names
    missing = [name for name in expected if name not in header]
    complaints = [
        _unknown_column(name, missing or expected) for name in header if name not in expected
    ]
    if missing:
        complaints.append(f"missing {', '.join(missing)}")
    complaints += [f"{name} is there twice" for name in expected if header.count(name) > 1]
    return "; ".join(complaints)


def _unknown_column(name: str, candidates: list[str]) -> str:
    near = difflib.get_close_matches(name, candidates, n=1)
    hint = f" (the nearest valid one is {near[0]})" if near else ""
    return f"unknown column {name!r}{hint}"


def _count_rows(source: SourceFile, reader: _Rows, width: int) -> int:
    rows = 0
    last_line = reader.line_num
    try:
        for row in reader:
            if len(row) != width:
                raise SourceFileError(
                    source.path, last_line + 1, f"{len(row)} fields where {width} are expected"
                )
            last_line = reader.line_num
            rows += 1
    except csv.Error as error:
        raise SourceFileError(
            source.path, last_line + 1, _csv_reason(str(error), reader.line_num)
        ) from error
    return rows


def _csv_reason(error: str, line: int) -> str:
    # an open quote swallows what follows until the end of the file or the reader's limit
    if "unexpected end of data" in error or "field limit" in error:
        return "malformed CSV: a quote is opened and never closed"
    return f"malformed CSV: {error} (noticed at line {line})"
