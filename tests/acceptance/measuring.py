"""What tables hold: counts, fingerprints, what Delta wrote, balances that do not hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from integration.launching import lakehouse_json
from lakehouse.contracts.model import Layer, Table
from lakehouse.registry import catalog
from lakehouse.serving.thrift import query

GOLD = catalog.batch(Layer.GOLD)
SILVER = catalog.batch(Layer.SILVER)
_WRITTEN = ("numTargetRowsInserted", "numTargetRowsUpdated", "numTargetRowsDeleted")

# what people call a figure, and where gold and silver show it; dimensions keep members whose
# source is gone, so the present ones are those that silver names
FIGURES: Mapping[str, str] = {
    "orders": "SELECT count(*) FROM gold.fact_order",
    "order_items": "SELECT count(*) FROM gold.fact_order_item",
    "order_payments": "SELECT count(*) FROM gold.fact_payment",
    "order_reviews": "SELECT count(*) FROM gold.fact_review",
    "people": (
        "SELECT count(DISTINCT customer_unique_id) FROM gold.dim_customer "
        "LEFT SEMI JOIN silver.customers USING (customer_unique_id)"
    ),
    "orders_without_items": "SELECT count(*) FROM gold.fact_order WHERE item_count = 0",
    "orders_late_by_date": "SELECT count(*) FROM gold.fact_order WHERE is_late",
    "orders_paid_differently": (
        "SELECT count(*) FROM gold.fact_order "
        "WHERE item_count > 0 AND abs(payment_difference) > 0.01"
    ),
    "zip_code_prefixes": (
        "SELECT count(*) FROM gold.dim_geolocation LEFT SEMI JOIN silver.geolocation "
        "USING (zip_code_prefix)"
    ),
    "leads": (
        "SELECT count(*) FROM gold.dim_lead LEFT SEMI JOIN silver.marketing_qualified_leads "
        "USING (mql_id)"
    ),
    "closed_deals": "SELECT count(*) FROM gold.fact_closed_deal",
    "closed_deals_of_known_sellers": (
        "SELECT count(*) FROM gold.fact_closed_deal WHERE seller_key <> -1"
    ),
    "products_without_category": (
        "SELECT count(*) FROM gold.dim_product LEFT SEMI JOIN silver.products USING (product_id) "
        "WHERE product_category_key = -1"
    ),
}


def figures() -> dict[str, int]:
    """Every figure as the tables show it now."""
    return {name: int(query(statement).rows[0][0]) for name, statement in FIGURES.items()}


def unbalanced() -> list[dict[str, Any]]:
    """Lines of `verify` that do not balance."""
    return [line for line in lakehouse_json("verify") if not line["balanced"]]


def rows_of_import(name: str, day: str) -> int:
    """Rows of one day's import in bronze."""
    statement = f"SELECT count(*) FROM bronze.{name} WHERE ingest_date = DATE'{day}'"
    return int(query(statement).rows[0][0])


def rows_of(name: str) -> int:
    return int(query(f"SELECT count(*) FROM {name}").rows[0][0])


@dataclass(frozen=True)
class Fingerprint:
    """Rows of a table and a sum over all their columns, whatever their order."""

    rows: int
    content: str


def fingerprints(tables: Iterable[Table]) -> dict[str, Fingerprint]:
    """Fingerprint of each table by its full name."""
    parts = [
        f"SELECT '{t.full_name}', count(*), "
        f"CAST(coalesce(sum(CAST(xxhash64(*) AS DECIMAL(38, 0))), 0) AS STRING) FROM {t.full_name}"
        for t in tables
    ]
    found = query("\nUNION ALL ".join(parts)).rows
    return {name: Fingerprint(int(rows), content) for name, rows, content in found}


def version(table: Table) -> int:
    """The newest version of a Delta table."""
    return int(_history(table, 1)[0]["version"])


def rows_written_since(table: Table, since: int) -> int:
    """Rows that versions after `since` inserted, updated or deleted.

    A version that is no MERGE counts with all the rows it put out.
    """
    total = 0
    for entry in _history(table, 50):
        if int(entry["version"]) > since:
            metrics = json.loads(entry["operationMetrics"])
            merged = entry["operation"] == "MERGE"
            names = _WRITTEN if merged else ("numOutputRows", "numDeletedRows")
            total += sum(int(metrics.get(name, 0)) for name in names)
    return total


def _history(table: Table, versions: int) -> list[dict[str, Any]]:
    answer = query(f"DESCRIBE HISTORY {table.full_name} LIMIT {versions}")
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
