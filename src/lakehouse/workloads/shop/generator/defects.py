"""Rows that must be set aside, planted on request on top of the good ones.

They come in addition, with identities of their own or repeating one, so that what a correct
pipeline must reproduce from the good rows stays as it is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakehouse.workloads.shop.contracts import sources
from lakehouse.workloads.shop.generator.arrays import hex_ids, pick, rng_for

_SHARE = 1000
_ANOTHER_DAY = "2018-12-24 10:00:00"


@dataclass
class Defects:
    """Tables with bad rows added, all columns text, and how many rows break which rule.

    Attributes:
        rng: random numbers of their own.
        each: rows a rule.
        good: the tables as they were; bad rows are made from these.
        tables: by name; those without bad rows are left as they were.
        counts: rows to be set aside, by table and rule.
    """

    rng: np.random.Generator
    each: int
    good: dict[str, pa.Table]
    tables: dict[str, pa.Table]
    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def pick_rows(self, table: str, where: pa.Array | None = None) -> pa.Table:
        """Some rows of a table, each once, as text."""
        rows = self.good[table] if where is None else self.good[table].filter(where)
        chosen = self.rng.choice(len(rows), min(self.each, len(rows)), replace=False)
        return _as_text(rows.take(pa.array(chosen)))

    def add(self, table: str, rule: str, rows: pa.Table, **changed: str | pa.Array | None) -> None:
        """Append rows with some columns changed, and count them under the rule they break."""
        for column, value in changed.items():
            array = (
                value if isinstance(value, pa.Array) else pa.array([value] * len(rows), "string")
            )
            rows = rows.set_column(rows.column_names.index(column), column, array)
        self.tables[table] = pa.concat_tables([_as_text(self.tables[table]), rows])
        self.counts.setdefault(table, Counter())[rule] += len(rows)

    def new_ids(self, rows: pa.Table) -> pa.Array:
        """Identifiers that nothing else has."""
        return hex_ids(self.rng, len(rows))


def plant_defects(
    seed: int, tables: dict[str, pa.Table]
) -> tuple[dict[str, pa.Table], dict[str, dict[str, int]]]:
    """Add rows that break the quarantine rules of silver's contracts.

    Returns:
        the tables, and the rows to be set aside by table and rule.
    """
    orders = len(tables[sources.ORDERS.name])
    defects = Defects(rng_for(seed, "defects"), max(1, orders // _SHARE), tables, dict(tables))
    _repeated_keys(defects)
    _broken_parts(defects)
    _broken_orders(defects)
    _broken_places_and_people(defects)
    return defects.tables, {table: dict(rules) for table, rules in defects.counts.items()}


def _as_text(table: pa.Table) -> pa.Table:
    return table.cast(pa.schema([(name, pa.string()) for name in table.column_names]))


def _repeated_keys(defects: Defects) -> None:
    """Other content under a known key, in columns that no control figure is made from."""
    waiting = pc.is_in(
        defects.good["orders"]["order_status"],
        value_set=pa.array(["shipped", "invoiced", "processing", "unavailable"]),
    )
    defects.add(
        "orders",
        "repeated_key",
        defects.pick_rows("orders", waiting),
        order_estimated_delivery_date="2018-12-24 00:00:00",
    )
    near = pc.less(pc.year(defects.good["order_items"]["shipping_limit_date"]), 2019)
    defects.add(
        "order_items",
        "repeated_key",
        defects.pick_rows("order_items", near),
        shipping_limit_date=_ANOTHER_DAY,
    )
    payments = defects.pick_rows("order_payments")
    defects.add("order_payments", "repeated_key", payments, payment_installments="36")
    defects.add("products", "repeated_key", defects.pick_rows("products"), product_length_cm="999")


def _broken_parts(defects: Defects) -> None:
    """Bad items, payments and reviews of good orders, and good ones of orders nobody knows."""
    for number, rule, price in (
        ("98", "unreadable_price", "abc"),
        ("99", "negative_price", "-1"),
        ("97", "missing_price", "NaN"),
    ):
        items = defects.pick_rows("order_items", _firsts(defects, "order_items", "order_item_id"))
        defects.add("order_items", rule, items, order_item_id=number, price=price)
    firsts = _firsts(defects, "order_payments", "payment_sequential")
    payments = defects.pick_rows("order_payments", firsts)
    barter = {"payment_sequential": "99", "payment_type": "barter"}
    defects.add("order_payments", "unknown_payment_type", payments, **barter)
    reviews = defects.pick_rows("order_reviews")
    ids = defects.new_ids(reviews)
    defects.add(
        "order_reviews", "impossible_review_score", reviews, review_id=ids, review_score="9"
    )
    _add_orphans(defects, hex_ids(defects.rng, defects.each))


def _firsts(defects: Defects, table: str, number: str) -> pa.Array:
    """Where the first item or payment of an order is."""
    return pc.equal(defects.good[table][number].cast(pa.string()), "1")


def _broken_orders(defects: Defects) -> None:
    """Orders to be set aside, each with an item, a payment and a review that lose their order."""
    for rule, column, value in (
        ("unreadable_purchased_at", "order_purchase_timestamp", "2018-02-30 10:00:00"),
        ("impossible_purchased_at", "order_purchase_timestamp", "1899-12-31 23:59:59"),
        ("unknown_order_status", "order_status", "teleported"),
    ):
        orders = defects.pick_rows("orders")
        ids = defects.new_ids(orders)
        changed: dict[str, str | pa.Array | None] = {"order_id": ids, column: value}
        if column == "order_status":
            changed["order_purchase_timestamp"] = _ANOTHER_DAY
        defects.add("orders", rule, orders, **changed)
        _add_orphans(defects, ids)


def _add_orphans(defects: Defects, order_ids: pa.Array) -> None:
    """An item, a payment and a review for each order, all of them sound in themselves."""
    count = len(order_ids)
    for table, number in (
        ("order_items", "order_item_id"),
        ("order_payments", "payment_sequential"),
    ):
        rows = _repeated(defects.good[table], count)
        defects.add(table, "unknown_order_id", rows, order_id=order_ids, **{number: "1"})
    reviews = _repeated(defects.good["order_reviews"], count)
    ids = defects.new_ids(reviews)
    defects.add("order_reviews", "unknown_order_id", reviews, order_id=order_ids, review_id=ids)


def _repeated(table: pa.Table, count: int) -> pa.Table:
    """The first row of a table so many times, as text."""
    return _as_text(table.slice(0, 1)).take(pa.array(np.zeros(count, dtype=np.int64)))


def _broken_places_and_people(defects: Defects) -> None:
    sightings = defects.pick_rows("geolocation")
    distinct = pick(
        [f"north {number}" for number in range(len(sightings))], np.arange(len(sightings))
    )
    defects.add("geolocation", "unreadable_latitude", sightings, geolocation_lat=distinct)
    customers = defects.pick_rows("customers")
    nameless: dict[str, str | pa.Array | None] = {
        "customer_id": defects.new_ids(customers),
        "customer_unique_id": None,
    }
    defects.add("customers", "missing_customer_unique_id", customers, **nameless)
    deals = defects.pick_rows("closed_deals")
    defects.add("closed_deals", "unknown_mql_id", deals, mql_id=defects.new_ids(deals))
