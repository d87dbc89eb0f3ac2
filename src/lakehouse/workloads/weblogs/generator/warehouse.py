"""What the warehouse knows of the shop, for writers of logs."""

from __future__ import annotations

from lakehouse.contracts.star import UNKNOWN_KEY
from lakehouse.serving.thrift import query

# enough for traffic that looks real, and soon fetched
_AT_MOST = 20_000


def products() -> list[tuple[str, str]]:
    """Products and their English category, always in the same order.

    Raises:
        lakehouse.serving.thrift.QueryError: the warehouse does not answer, or is not built.
    """
    answer = query(
        "SELECT product_id, product_category_name_english FROM gold.dim_product "
        f"WHERE product_key <> {UNKNOWN_KEY} ORDER BY product_id LIMIT {_AT_MOST}"
    )
    return [(str(product), str(category)) for product, category in answer.rows]


def customers() -> list[int]:
    """Numbers of people, always in the same order.

    Raises:
        lakehouse.serving.thrift.QueryError: the warehouse does not answer, or is not built.
    """
    answer = query(
        "SELECT person_key FROM gold.dim_customer "
        f"WHERE is_current AND person_key <> {UNKNOWN_KEY} ORDER BY person_key LIMIT {_AT_MOST}"
    )
    return [int(key) for (key,) in answer.rows]
