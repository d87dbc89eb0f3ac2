"""The generator: same seed, same bytes; and a manifest that tells the truth."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lakehouse.sources.errors import SourceFileError
from lakehouse.sources.files import find_source_files
from lakehouse.sources.validation import validate
from lakehouse.workloads.shop.contracts import silver, sources
from lakehouse.workloads.shop.generator import Generated, generate
from unit.sources import recount


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    return generate(5000, 11, tmp_path_factory.mktemp("larger"), compress=True)


@pytest.mark.parametrize("compress", [False, True])
def test_same_seed_same_bytes(tmp_path: Path, compress: bool) -> None:
    for name in ("one", "two"):
        generate(200, 5, tmp_path / name, compress=compress, defects=True)
    generate(200, 6, tmp_path / "other", compress=compress, defects=True)
    for path in sorted((tmp_path / "one").iterdir()):
        content = path.read_bytes()
        assert content == (tmp_path / "two" / path.name).read_bytes(), path.name
        if "translation" not in path.name:
            assert content != (tmp_path / "other" / path.name).read_bytes(), path.name


@pytest.mark.parametrize("size", ["smallest", "larger"])
def test_manifest_is_what_sql_counts(size: str, request: pytest.FixtureRequest) -> None:
    made: Generated = request.getfixturevalue(size)
    manifest = json.loads((made.folder / "manifest.json").read_text())
    assert manifest == made.manifest
    database = recount.opened(made.folder)
    assert recount.figures(database) == manifest["counts"]
    assert recount.totals(database) == manifest["totals"]
    for name, rows in manifest["rows"].items():
        assert recount.one(database, f"SELECT count(*) FROM {name}") == rows
    statuses = database.execute("SELECT order_status, count(*) FROM orders GROUP BY 1").fetchall()
    assert dict(statuses) == manifest["orders_by_status"]
    assert set(manifest["orders_by_status"]) == set(silver.ORDER_STATUSES)


@pytest.mark.parametrize("size", ["smallest", "larger"])
def test_every_oddity_is_planted(size: str, request: pytest.FixtureRequest) -> None:
    counts = request.getfixturevalue(size).manifest["counts"]
    assert [name for name, count in counts.items() if count == 0] == []
    assert counts["late_by_timestamp"] > counts["late_by_date"]
    assert counts["customer_unique_ids"] < counts["orders"]
    assert counts["untranslated_categories"] == len(silver.CATEGORY_FALLBACKS)


def test_files_are_valid_and_keys_unique(larger: Generated) -> None:
    found = find_source_files(larger.folder)
    assert {file.table.name: validate(file).rows for file in found} == larger.manifest["rows"]
    database = recount.opened(larger.folder)
    for table in sources.TABLES:
        if table.primary_key:
            key = ", ".join(table.primary_key)
            rows = recount.one(database, f"SELECT count(*) FROM {table.name}")
            query = f"SELECT count(*) FROM (SELECT DISTINCT {key} FROM {table.name})"
            assert recount.one(database, query) == rows, table.name


def test_only_the_translation_has_a_byte_order_mark(smallest: Generated) -> None:
    for table in sources.TABLES:
        has_mark = (smallest.folder / table.file).read_bytes().startswith(b"\xef\xbb\xbf")
        assert has_mark == (table is sources.CATEGORY_TRANSLATION)


def test_rhythm_and_skew(larger: Generated) -> None:
    database = recount.opened(larger.folder)
    moment = "order_purchase_timestamp::TIMESTAMP"
    by_day = f"SELECT ({moment})::DATE::VARCHAR FROM orders GROUP BY 1 ORDER BY count(*) DESC"
    assert str(recount.one(database, by_day)) == "2017-11-24"
    awake = f"SELECT avg((hour({moment}) BETWEEN 10 AND 22)::INT) FROM orders"
    assert 0.75 < recount.one(database, awake) < 0.9
    paulistas = "SELECT avg((customer_state = 'SP')::INT) FROM customers"
    assert 0.39 < recount.one(database, paulistas) < 0.45


def test_defects_leave_the_figures_alone(tmp_path: Path) -> None:
    clean = generate(500, 9, tmp_path / "clean").manifest
    broken = generate(500, 9, tmp_path / "broken", defects=True).manifest
    for part in ("counts", "totals", "orders_by_status"):
        assert broken[part] == clean[part]
    for name, rows in broken["rows"].items():
        assert rows == clean["rows"][name] + broken["quarantined"].get(name, 0)


def test_defects_are_where_the_manifest_says(tmp_path: Path) -> None:
    manifest = generate(3000, 9, tmp_path, defects=True).manifest
    database = recount.opened(tmp_path)
    bad_order = (
        "try_cast(order_purchase_timestamp AS TIMESTAMP) IS NULL "
        "OR order_purchase_timestamp < '2000' OR order_status = 'teleported'"
    )
    database.execute(f"CREATE VIEW good AS SELECT order_id FROM orders WHERE NOT ({bad_order})")
    for part in ("order_items", "order_payments", "order_reviews"):
        query = f"SELECT count(*) FROM {part} WHERE order_id NOT IN (FROM good)"
        expected = manifest["defects"][part]["unknown_order_id"]
        assert recount.one(database, query) == expected, part
    for table in (sources.ORDERS, sources.ORDER_ITEMS, sources.ORDER_PAYMENTS, sources.PRODUCTS):
        key = ", ".join(table.primary_key)
        query = (
            f"SELECT count(*) - (SELECT count(*) FROM (SELECT DISTINCT {key} FROM {table.name})) "
            f"FROM {table.name}"
        )
        expected = manifest["defects"][table.name]["repeated_key"]
        assert recount.one(database, query) == expected, table.name


def test_published_files_are_not_overwritten(tmp_path: Path) -> None:
    theirs = tmp_path / f"{sources.ORDERS.file}.gz"
    theirs.write_bytes(b"not ours")
    with pytest.raises(SourceFileError, match="was not generated"):
        generate(50, 1, tmp_path)
    assert theirs.read_bytes() == b"not ours"


def test_plain_after_gzip_leaves_one_file_a_table(tmp_path: Path) -> None:
    generate(50, 1, tmp_path, compress=True)
    generate(50, 1, tmp_path)
    assert len(find_source_files(tmp_path)) == len(sources.TABLES)


def test_too_few_orders(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 50"):
        generate(49, 1, tmp_path)
