"""Finding published files, and what each kind of bad file is called."""

from __future__ import annotations

import errno
import gzip
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from lakehouse.sources.errors import SourceFileError
from lakehouse.sources.files import SourceFile, find_source_files
from lakehouse.sources.validation import open_records, validate
from lakehouse.workloads.shop.contracts import sources

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
        if table.source_database == sources.ECOM:
            (copied / table.file).unlink()
    assert {file.table.source_database for file in find_source_files(copied)} == {sources.MARKETING}
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


def test_unreadable_folder_is_not_called_missing(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # not by its permissions, which do not hold for root
    deep = copied / "private"
    deep.mkdir()
    scandir = os.scandir

    def refuse(refused: Path) -> None:
        def scan(path: Path) -> object:
            if Path(path) == refused:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            return scandir(path)

        monkeypatch.setattr(os, "scandir", scan)

    refuse(deep)
    assert len(find_source_files(copied)) == len(sources.TABLES)
    (copied / ORDERS).rename(deep / ORDERS)
    with pytest.raises(SourceFileError, match=rf"{ORDERS}; .*private.*: Permission denied$"):
        find_source_files(copied)
    refuse(copied)
    with pytest.raises(SourceFileError, match=r"^[^:;]*: cannot be read: Permission denied$"):
        find_source_files(copied)


def _archive(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as content:
        for file in sorted(folder.glob("*.csv")):
            content.write(file, f"inner/{file.name}")
            file.unlink()
    return path


def test_archive_in_the_folder_and_in_its_place(copied: Path) -> None:
    plain = {f.table: validate(f) for f in find_source_files(copied)}
    archive = _archive(copied, copied / "archive.zip")
    for place in (copied, archive):
        found = find_source_files(place)
        assert [file.path.parent for file in found] == [archive / "inner"] * len(sources.TABLES)
        for file in found:
            valid = validate(file)
            assert (valid.rows, valid.columns) == (
                plain[file.table].rows,
                plain[file.table].columns,
            )


def test_unpacked_files_come_before_those_of_the_archive(copied: Path) -> None:
    kept = (copied / ORDERS).read_bytes()
    _archive(copied, copied / "archive.zip")
    (copied / ORDERS).write_bytes(kept)
    paths = {file.table.name: file.path for file in find_source_files(copied)}
    assert paths["orders"] == copied / ORDERS
    assert paths["sellers"] == copied / "archive.zip" / "inner" / sources.SELLERS.file


def test_damaged_archive_is_named(copied: Path) -> None:
    archive = _archive(copied, copied / "archive.zip")
    archive.write_bytes(archive.read_bytes()[:-100])
    with pytest.raises(SourceFileError, match="no complete zip archive"):
        find_source_files(archive)
    with pytest.raises(SourceFileError, match=r"missing.*archive.zip: no complete zip archive"):
        find_source_files(copied)
    with pytest.raises(SourceFileError, match="neither a folder nor a zip archive"):
        find_source_files(archive.rename(copied / "archive.rar"))


@pytest.mark.parametrize(
    ("before", "between", "after"),
    [
        (b"", b"\n", b"\n\n"),
        (b"\n", b"\r\n", b"\r\n \r\n"),
        (b"\xef\xbb\xbf\r\n", b"\r", b"\r"),
        (b"", b"\n\n", b""),
        (b"", b"\r\r\n", b""),
    ],
)
def test_blank_lines_and_mixed_line_ends_are_no_records(
    tmp_path: Path, before: bytes, between: bytes, after: bytes
) -> None:
    table = sources.SELLERS
    path = tmp_path / table.file
    header = ",".join(table.column_names).encode()
    path.write_bytes(
        before + between.join([header, b's1,01001,"a\nb",SP', b"s2,,,\ns3,,,"]) + after
    )
    with open_records(SourceFile(table, path)) as (columns, records):
        assert list(columns) == table.column_names
        assert list(records) == [
            ["s1", "01001", "a\nb", "SP"],
            ["s2", "", "", ""],
            ["s3", "", "", ""],
        ]


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
    "line of blanks with a separator": (
        _with_line(9, lambda line: b" , \n" + line),
        9,
        "2 fields where 8 are expected",
    ),
    "semicolons": (
        lambda content: content.replace(b",", b";"),
        1,
        "wrong header: columns are separated by ';': save the file with commas",
    ),
    "tabs": (lambda content: content.replace(b",", b"\t"), 1, "columns are separated by tabs"),
    "line for Excel": (lambda content: b"sep=,\n" + content, 1, "'sep=,' is a line for Excel"),
    "semicolons with a line for Excel": (
        lambda content: b"sep=;\n" + content.replace(b",", b";"),
        1,
        "'sep=;' is a line for Excel",
    ),
    "index of a data frame": (
        _with_line(1, lambda line: b"," + line),
        1,
        "column 1 has no name, as the index of a data frame: save it without",
    ),
    "saved index of a data frame": (
        _with_line(1, lambda line: b"Unnamed: 0," + line),
        1,
        "column 1 has no name",
    ),
    "extra column": (
        _with_line(1, lambda line: line.rstrip() + b",order_state\n"),
        1,
        "unknown column 'order_state': delete it$",
    ),
    "NUL": (_with_line(5, lambda line: line[:9] + b"\0" + line[9:]), 5, "NUL byte"),
    "UTF-16": (lambda content: content.decode().encode("utf-16"), 1, "not UTF-8 but UTF-16"),
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
