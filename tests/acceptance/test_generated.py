"""Generated data with bad rows, the whole way: the good go on, the bad are kept and replayed.

On this way every server was killed once, and the day was run again: the counts hold all the same.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from acceptance import measuring
from acceptance.generated import DAY, SIZE, Generated
from integration.launching import lakehouse, lakehouse_json
from lakehouse.bronze.importing import count_source
from lakehouse.platform.settings import Settings
from lakehouse.workloads.shop.contracts import sources

# names of the manifest, by ours
IN_MANIFEST = {
    "orders": "orders",
    "order_items": "order_items",
    "order_payments": "order_payments",
    "order_reviews": "order_reviews",
    "people": "customer_unique_ids",
    "orders_without_items": "orders_without_items",
    "orders_late_by_date": "late_by_date",
    "orders_paid_differently": "orders_payment_mismatch",
    "zip_code_prefixes": "zip_code_prefixes",
    "leads": "marketing_qualified_leads",
    "closed_deals": "closed_deals",
    "closed_deals_of_known_sellers": "closed_deals_with_known_seller",
    "products_without_category": "products_without_category",
}


@pytest.mark.parametrize("figure", IN_MANIFEST)
def test_gold_shows_what_was_generated(figure: str, generated: Generated) -> None:
    assert generated.figures[figure] == generated.manifest["counts"][IN_MANIFEST[figure]]


def test_exactly_the_bad_rows_are_set_aside_each_under_its_rule(generated: Generated) -> None:
    found = {
        table: dict(Counter(row["rule"] for row in rows))
        for table, rows in generated.quarantine.items()
        if rows
    }
    assert found == generated.manifest["defects"]


def test_each_row_set_aside_is_whole_and_has_its_reason(generated: Generated) -> None:
    for name, rows in generated.quarantine.items():
        columns = set(next(t for t in sources.TABLES if t.name == name).column_names)
        for row in rows:
            assert row["reason"]
            assert row["ingest_date"] == DAY
            assert set(json.loads(row["source_row"])) <= columns


def test_verify_balances_with_rows_set_aside(generated: Generated) -> None:
    assert measuring.unbalanced() == []


def test_a_bad_file_changes_nothing_and_names_its_line(
    generated: Generated, tmp_path: Path
) -> None:
    lakehouse_json("generate", "--orders", "50", "--out", str(tmp_path))
    file = tmp_path / sources.ORDERS.file
    file.write_bytes(file.read_bytes() + b"one,two\n")
    before = {table: count_source(table) for table in sources.TABLES}
    answer = lakehouse("load", "--from", str(tmp_path))
    assert answer.returncode == 1
    assert f"{file}" in answer.stderr
    assert "line 52" in answer.stderr
    assert "unchanged" in answer.stderr
    assert {table: count_source(table) for table in sources.TABLES} == before


@pytest.mark.parametrize(
    ("command", "nearest"),
    [
        (("run", "Ecom_from_Bronze_to_Silver"), "Ecom_from_Bronze_to_Silver_using_Spark"),
        (("quarantine", "list", "order"), "orders"),
        (("restart", "metastor"), "metastore"),
        (("verifi",), "verify"),
    ],
)
def test_an_unknown_name_gets_the_nearest(
    platform: Settings, command: tuple[str, ...], nearest: str
) -> None:
    answer = lakehouse(*command)
    assert answer.returncode not in (0, None)
    assert nearest in answer.stderr
    assert "Traceback" not in answer.stderr


def test_mended_rows_leave_quarantine_and_go_on(generated: Generated, tmp_path: Path) -> None:
    lakehouse_json("generate", *SIZE, "--out", str(tmp_path))
    lakehouse_json("load", "--from", str(tmp_path))
    answer = lakehouse("quarantine", "replay", "--reimport")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert not any(lakehouse_json("quarantine", "list").values())
    assert measuring.unbalanced() == []
    assert measuring.figures() == generated.figures
