"""Loading into the real PostgreSQL: again and again, never by halves."""

from __future__ import annotations

import codecs
import gzip
import zipfile
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from lakehouse.contracts.model import Layer, Table
from lakehouse.platform import postgres
from lakehouse.registry import catalog
from lakehouse.registry.catalog import SOURCE_DATABASES
from lakehouse.serving.verify import sum_in_source
from lakehouse.sources.errors import SourceFileError
from lakehouse.sources.load import load_folder
from lakehouse.sources.origin import Origin, recorded
from lakehouse.workloads.shop.contracts import sources
from lakehouse.workloads.shop.generator import generate

pytestmark = pytest.mark.usefixtures("platform")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    generate(300, 17, tmp_path)
    return tmp_path


def _query(table: Table, query: str, role: postgres.Role = "loader") -> list[tuple[object, ...]]:
    connection = postgres.connect(table.source_database, role)
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())
    finally:
        connection.close()


def _contents() -> dict[str, object]:
    """Count and fingerprint of every table, whatever the order of its rows."""
    return {
        table.name: _query(
            table,
            f"SELECT count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) "
            f"FROM {table.name} t",
        )
        for table in sources.TABLES
    }


def _has_key(table: Table) -> bool:
    query = (
        f"SELECT 1 FROM pg_constraint WHERE contype = 'p' AND conrelid = '{table.name}'::regclass"
    )
    return bool(_query(table, query))


def test_origin_is_stored_with_the_load(files: Path) -> None:
    load_folder(files)
    for database in SOURCE_DATABASES:
        with closing(postgres.connect(database, "loader")) as connection:
            assert recorded(connection, database) == Origin.of(files)


def test_load_twice_gives_the_same(files: Path) -> None:
    first = load_folder(files)
    before = _contents()
    second = load_folder(files)
    assert _contents() == before
    assert (first.rows, first.warnings) == (second.rows, ())
    for loaded in first.tables:
        table = next(t for t in sources.TABLES if t.name == loaded.table)
        assert _query(table, f"SELECT count(*) FROM {table.name}") == [(loaded.rows,)]
        assert _has_key(table) == loaded.has_primary_key == bool(table.primary_key)


def test_content_arrives_character_for_character(files: Path) -> None:
    load_folder(files)
    table = sources.ORDER_REVIEWS
    breaks = _query(
        table,
        "SELECT count(*) FROM order_reviews WHERE position(chr(10) IN review_comment_message) > 0",
    )
    assert breaks != [(0,)]
    first = _query(
        sources.CATEGORY_TRANSLATION,
        "SELECT ascii(min(product_category_name)) FROM product_category_name_translation",
    )
    assert first == [(ord("a"),)]


def test_reader_may_read(files: Path) -> None:
    load_folder(files)
    load_folder(files)
    for table in sources.TABLES:
        assert _query(table, f"SELECT count(*) > 0 FROM {table.name}", "reader") == [(True,)]


def _drop_column(content: bytes) -> bytes:
    return content.replace(b"seller_id", b"seller", 1)


def test_bad_file_leaves_both_databases_alone(
    files: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    load_folder(files)
    before = _contents()
    other = tmp_path_factory.mktemp("other")
    generate(100, 18, other)
    path = other / sources.CLOSED_DEALS.file
    path.write_bytes(_drop_column(path.read_bytes()))
    with pytest.raises(SourceFileError) as caught:
        load_folder(other)
    assert (caught.value.file, caught.value.line) == (path, 1)
    assert _contents() == before


def _shorten(content: bytes) -> bytes:
    return content[: content.rindex(b"\n", 0, -1) + 1]


@pytest.mark.parametrize(
    ("damage", "reason"), [(_shorten, "rows where"), (_drop_column, "wrong header")]
)
def test_file_that_changes_after_the_check_leaves_both_databases_alone(
    files: Path,
    tmp_path_factory: pytest.TempPathFactory,
    damage: Callable[[bytes], bytes],
    reason: str,
) -> None:
    load_folder(files)
    before = _contents()
    other = tmp_path_factory.mktemp("other")
    generate(100, 18, other)
    # the very last file to be loaded, when all others are in
    path = other / sources.CLOSED_DEALS.file

    def change(stage: str, table: str, rows: int) -> None:
        if (stage, table) == ("check", sources.CLOSED_DEALS.name):
            path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(SourceFileError, match=reason) as caught:
        load_folder(other, report=change)
    assert caught.value.file == path
    assert _contents() == before


HEADER = ",".join(sources.SELLERS.column_names)
# forms of CSV, each with the records that it holds
FORMS: dict[str, tuple[bytes, list[tuple[str | None, ...]]]] = {
    "blank lines": (b"\ns1,,a,SP\n\n  \ns2,,b,RJ\n\n", [("a",), ("b",)]),
    "CRLF": (b"s1,,a,SP\r\ns2,,b,RJ\r\n", [("a",), ("b",)]),
    "mixed line ends": (b"s1,,a,SP\r\ns2,,b,RJ\ns3,,c,RJ\rs4,,d,RJ", [(c,) for c in "abcd"]),
    "line breaks in quotes": (
        b's1,,"a\nb",SP\r\ns2,,"a\r\nb",SP\r\ns3,,"a\rb",SP\n',
        [("a\nb",), ("a\r\nb",), ("a\rb",)],
    ),
    "quotes inside of a value": (b's1,,a "b" c,SP\ns2,,5" disk,SP\n', [('a "b" c',), ('5" disk',)]),
    "doubled quotes": (b's1,,"a ""b"", c",SP\n', [('a "b", c',)]),
    "empty quotes": (b's1,,"",SP\ns2,,,SP\n', [(None,), (None,)]),
    "markers of PostgreSQL": (b's1,,\\N,SP\ns2,,"x\n\\.\ny",SP\n', [("\\N",), ("x\n\\.\ny",)]),
    "end marker as a value": (b"s1,,\\.,SP\n\\.,,b,SP\n", [("\\.",), ("b",)]),
    "blanks around values": (b"s1,, a ,SP\n", [(" a ",)]),
}


@pytest.mark.parametrize("packed", ["", "gz", "zip"])
def test_postgres_takes_what_the_check_accepts(tmp_path: Path, packed: str) -> None:
    generate(50, 19, tmp_path)
    plain = tmp_path / sources.SELLERS.file
    path = Path(f"{plain}.{packed}") if packed else plain
    for form, (body, cities) in FORMS.items():
        content = codecs.BOM_UTF8 + HEADER.encode() + b"\n" + body
        plain.write_bytes(content)
        if packed == "gz":
            path.write_bytes(gzip.compress(content))
        if packed == "zip":
            with zipfile.ZipFile(path, "w") as archive:
                archive.write(plain, plain.name)
        if packed:
            plain.unlink()
        assert load_folder(tmp_path, only=sources.ECOM).rows["sellers"] == len(cities), form
        found = _query(sources.SELLERS, "SELECT seller_city FROM sellers ORDER BY ctid")
        assert found == cities, form


def test_sum_in_the_source_counts_numbers_alone(tmp_path: Path) -> None:
    generate(50, 19, tmp_path)
    path = tmp_path / sources.ORDER_ITEMS.file
    header = ",".join(sources.ORDER_ITEMS.column_names)
    prices = [
        "1.005",
        " 2 ",
        "\u00a03",
        "1e1",
        "NaN",
        "Infinity",
        "-inf",
        "0x1F",
        "1_000",
        "7,5",
        "",
    ]
    rows = [
        f'o,{n},p,s,,"{price}",1' for n, price in enumerate([*prices, "1e18", "1e400", "1e200000"])
    ]
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    load_folder(tmp_path, only=sources.ECOM)
    assert sum_in_source(catalog.table(Layer.SILVER, "order_items"), "price") == Decimal("16.01")


def test_repeated_key_loads_without_key_and_warns(files: Path) -> None:
    path = files / sources.ORDERS.file
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines, lines[1].replace("-01", "-02")]))
    result = load_folder(files)
    assert [warning.split()[0] for warning in result.warnings] == ["orders"]
    assert result.rows["orders"] == len(lines)
    assert not _has_key(sources.ORDERS)
    path.write_text("".join(lines))
    assert load_folder(files).warnings == ()
    assert _has_key(sources.ORDERS)


def test_missing_key_value_is_tolerated_after_a_keyed_load(files: Path) -> None:
    load_folder(files)
    path = files / sources.SELLERS.file
    path.write_text(path.read_text() + ",01001,sao paulo,SP\n")
    result = load_folder(files)
    assert [warning.split()[0] for warning in result.warnings] == ["sellers"]
    assert load_folder(files).rows == result.rows


def test_one_database_leaves_the_other(files: Path) -> None:
    load_folder(files)
    before = _contents()
    for table in sources.TABLES:
        if table.source_database == sources.MARKETING:
            (files / table.file).unlink()
    result = load_folder(files)
    assert result.warnings == ("no file of database marketing is there: it keeps what it had",)
    assert _contents() == before
    assert load_folder(files, only=sources.ECOM).warnings == ()


def test_table_of_another_shape_is_made_anew(files: Path) -> None:
    load_folder(files)
    connection = postgres.connect(sources.ECOM, "loader")
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("ALTER TABLE sellers ADD COLUMN more text")
    finally:
        connection.close()
    assert load_folder(files).rows["sellers"] > 0
    assert _query(sources.SELLERS, "SELECT count(*) > 0 FROM sellers", "reader") == [(True,)]
