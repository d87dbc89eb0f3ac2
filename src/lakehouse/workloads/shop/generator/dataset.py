"""A whole generated set: all eleven tables from one seed, written with their manifest."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from lakehouse.workloads.shop.contracts import sources
from lakehouse.workloads.shop.generator.catalogue import make_catalogue
from lakehouse.workloads.shop.generator.defects import plant_defects
from lakehouse.workloads.shop.generator.items import make_items
from lakehouse.workloads.shop.generator.manifest import make_manifest
from lakehouse.workloads.shop.generator.marketing import marketing_tables
from lakehouse.workloads.shop.generator.orders import make_orders
from lakehouse.workloads.shop.generator.payments import payments_table
from lakehouse.workloads.shop.generator.people import customers_table
from lakehouse.workloads.shop.generator.places import geolocation_table, make_places
from lakehouse.workloads.shop.generator.reviews import reviews_table
from lakehouse.workloads.shop.generator.writer import (
    refuse_foreign_folder,
    write_manifest,
    write_table,
)

FEWEST_ORDERS = 50
Report = Callable[[str, int], None]


@dataclass(frozen=True)
class Generated:
    """What was written.

    Attributes:
        folder: where.
        manifest: content of `manifest.json`.
        seconds: wall time.
    """

    folder: Path
    manifest: dict[str, Any]
    seconds: float


def _silent(table: str, rows: int) -> None:
    """Report to nobody."""


def generate(
    orders: int,
    seed: int,
    out: Path,
    compress: bool = False,
    defects: bool = False,
    report: Report = _silent,
) -> Generated:
    """Write a set of so many orders; the same arguments give the same bytes.

    Args:
        orders: number of orders, at least `FEWEST_ORDERS`.
        seed: a whole number from 0.
        out: folder to write to, created if absent.
        compress: write `.gz` files.
        defects: add rows that the quarantine rules must set aside.
        report: called with (table, rows) after each file.

    Raises:
        ValueError: too few orders for every oddity.
        SourceFileError: the folder holds published files that were not generated.
    """
    started = time.monotonic()
    if orders < FEWEST_ORDERS:
        raise ValueError(f"at least {FEWEST_ORDERS} orders are needed to hold every oddity")
    refuse_foreign_folder(out)
    out.mkdir(parents=True, exist_ok=True)
    tables = make_tables(orders, seed)
    written, planted = plant_defects(seed, tables) if defects else (tables, {})
    manifest = make_manifest(tables, written, planted, orders, seed)
    # first, so that a run that is broken off is known as generated when it is repeated
    write_manifest(out, manifest)
    for contract in sources.TABLES:
        write_table(out, contract, written[contract.name], compress)
        report(contract.name, len(written[contract.name]))
    return Generated(out, manifest, time.monotonic() - started)


def make_tables(orders: int, seed: int) -> dict[str, pa.Table]:
    """The good rows of a set, by table, columns as in the source contracts."""
    places = make_places(seed, orders)
    catalogue = make_catalogue(seed, orders, places)
    made = make_orders(seed, orders)
    items = make_items(seed, made, catalogue)
    customers = customers_table(seed, places, made.purchased)
    seller_ids = catalogue.sellers["seller_id"].combine_chunks()
    leads, deals = marketing_tables(seed, orders, seller_ids)
    return {
        sources.CUSTOMERS.name: customers,
        sources.GEOLOCATION.name: geolocation_table(seed, places),
        sources.ORDER_ITEMS.name: items.table(made, catalogue),
        sources.ORDER_PAYMENTS.name: payments_table(seed, made, items.totals(orders)),
        sources.ORDER_REVIEWS.name: reviews_table(seed, made),
        sources.ORDERS.name: made.table(customers["customer_id"].combine_chunks()),
        sources.PRODUCTS.name: catalogue.products,
        sources.SELLERS.name: catalogue.sellers,
        sources.CATEGORY_TRANSLATION.name: catalogue.translation,
        sources.MARKETING_QUALIFIED_LEADS.name: leads,
        sources.CLOSED_DEALS.name: deals,
    }
