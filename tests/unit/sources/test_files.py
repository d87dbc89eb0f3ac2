"""Finding published files, and what each kind of bad file is called."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from lakehouse.contracts import sources
from lakehouse.sources.errors import SourceFileError
from lakehouse.sources.files import SourceFile, find_source_files
from lakehouse.sources.validation import validate

ORDERS = sources.ORDERS.file
REVIEWS = sources.ORDER_REVIEWS.file


def test_finds_all_files_in_subfolders(copied: Path) -> None:
    deep = copied / "one" / "two"
    deep.mkdir(parents=True)
    (copied / ORDERS).rename(deep / ORDERS)
    found = find_source_files(copied)
    assert [file.table for file in found] == list(sources.TABLES)
    assert deep / ORDERS in [file.path for file in found]


def test_one_database_is_enough(copied: Path) -> None:
    for table in sources.TABLES:
        if table.source == sources.ECOM:
            (copied / table.file).unlink()
    assert {file.table.source for file in find_source_files(copied)} == {sources.MARKETING}
    with pytest.raises(SourceFileError, match="missing"):
        find_source_files(copied, only=sources.ECOM)


def test_missing_file_is_named_with_the_nearest(copied: Path) -> None:
    (copied / ORDERS).rename(copied / "olist_order_dataset.csv")
    with pytest.raises(SourceFileError, match=rf"{ORDERS} \(is it olist_order_dataset.csv\?\)"):
        find_source_files(copied)


def test_empty_folder_and_no_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceFileError, match="missing"):
        find_source_files(tmp_path)
    with pytest.raises(SourceFileError, match="no such folder"):
        find_source_files(tmp_path / "absent")


def test_file_that_is_there_twice(copied: Path) -> None:
    (copied / f"{ORDERS}.gz").write_bytes(gzip.compress((copied / ORDERS).read_bytes()))
    with pytest.raises(SourceFileError, match="twice"):
        find_source_files(copied)


def test_byte_order_mark_gzip_and_line_breaks_are_understood(tmp_path: Path) -> None:
    table = sources.ORDER_REVIEWS
    text = f'{",".join(table.column_names)}\nr,o,5,,"a, ""b""\r\n\nç",2018-01-01,2018-01-02\n'
    path = tmp_path / f"{table.file}.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + text.encode()))
    assert validate(SourceFile(table, path)).rows == 1


def test_columns_may_come_in_another_order(tmp_path: Path) -> None:
    path = tmp_path / ORDERS
    columns = sources.ORDERS.column_names[::-1]
    path.write_text(",".join(columns) + "\n")
    assert validate(SourceFile(sources.ORDERS, path)).columns == tuple(columns)


def _with_line(number: int, change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def changed(content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        lines[number - 1] = change(lines[number - 1])
        return b"".join(lines)

    return changed


DAMAGES: dict[str, tuple[Callable[[bytes], bytes], int | None, str]] = {
    "misspelt column": (
        _with_line(1, lambda line: line.replace(b"order_status", b"order_state")),
        1,
        r"unknown column 'order_state' \(the nearest valid one is order_status\).*missing order_s",
    ),
    "missing column": (
        _with_line(1, lambda line: line.replace(b",order_status", b"")),
        1,
        "missing order_status",
    ),
    "column twice": (
        _with_line(1, lambda line: line.replace(b"order_id,", b"order_id,order_id,", 1)),
        1,
        "order_id is there twice",
    ),
    "empty": (lambda _: b"", None, "the file is empty"),
    "field too few": (
        _with_line(7, lambda line: line.split(b",", 1)[1]),
        7,
        "7 fields where 8 are expected",
    ),
    "field too many": (
        _with_line(8, lambda line: b"x," + line),
        8,
        "9 fields where 8 are expected",
    ),
    "blank line": (
        _with_line(9, lambda line: b"\n" + line),
        9,
        "0 fields where 8 are expected",
    ),
    "open quote": (_with_line(10, lambda line: b'"' + line), 10, "never closed"),
    "text after a quote": (_with_line(11, lambda line: b'"a"b,' + line), 11, "malformed CSV"),
    "not UTF-8": (_with_line(12, lambda line: b"\xe7" + line), 12, "not UTF-8: byte 0xe7"),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("packed", [False, True])
def test_damage_is_named_with_file_and_line(copied: Path, damage: str, packed: bool) -> None:
    change, line, reason = DAMAGES[damage]
    content = change((copied / ORDERS).read_bytes())
    path = copied / (f"{ORDERS}.gz" if packed else ORDERS)
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(SourceFileError, match=reason) as caught:
        validate(SourceFile(sources.ORDERS, path))
    assert (caught.value.file, caught.value.line) == (path, line)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lambda packed: packed[:-20], "truncated"),
        (lambda packed: packed[: len(packed) // 2], "truncated"),
        (lambda packed: b"no gzip at all", "damaged"),
        (lambda packed: packed[:200] + bytes(50) + packed[250:], "damaged|malformed|not UTF-8"),
    ],
)
def test_bad_gzip(copied: Path, content: Callable[[bytes], bytes], reason: str) -> None:
    path = copied / f"{ORDERS}.gz"
    path.write_bytes(content(gzip.compress((copied / ORDERS).read_bytes(), mtime=0)))
    with pytest.raises(SourceFileError, match=reason) as caught:
        validate(SourceFile(sources.ORDERS, path))
    assert caught.value.file == path


def test_line_counts_breaks_inside_comments(copied: Path) -> None:
    path = copied / REVIEWS
    text = f'{",".join(sources.ORDER_REVIEWS.column_names)}\nr,o,5,,"one\ntwo",d,d\nr,o\n'
    path.write_text(text)
    with pytest.raises(SourceFileError) as caught:
        validate(SourceFile(sources.ORDER_REVIEWS, path))
    assert caught.value.line == 4
