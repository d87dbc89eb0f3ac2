"""Order items: several units, products and sellers an order."""

from __future__ import annotations

import calendar
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakehouse.workloads.shop.contracts import sources
from lakehouse.workloads.shop.generator import oddities
from lakehouse.workloads.shop.generator.arrays import (
    DAY,
    NEVER,
    Ints,
    as_table,
    moments,
    money,
    numbers,
    pick,
    position_in_group,
    rng_for,
    weighted,
)
from lakehouse.workloads.shop.generator.catalogue import Catalogue
from lakehouse.workloads.shop.generator.orders import Orders

# Weights of 2, 3, ... items in an order of several.
_SIZE_WEIGHTS = (76.0, 13.4, 5.1, 2.1, 2.0, 0.3, 0.2, 0.1, 0.1, 0.1)
_OTHER_PRODUCT_SHARE = 0.35
_FREE_FREIGHT_SHARE = 0.003
_FAR_LIMIT = calendar.timegm((2020, 4, 9, 22, 35, 8))


@dataclass(frozen=True)
class Items:
    """Order items; all arrays are one entry an item, money in cents."""

    order: npt.NDArray[np.intp]
    number: Ints
    product: npt.NDArray[np.intp]
    seller: npt.NDArray[np.intp]
    shipping_limit: Ints
    price: Ints
    freight: Ints

    def totals(self, orders: int) -> Ints:
        """Price plus freight of each of so many orders, cents."""
        totals = np.zeros(orders, dtype=np.int64)
        np.add.at(totals, self.order, self.price + self.freight)
        return totals

    def table(self, orders: Orders, catalogue: Catalogue) -> pa.Table:
        """The `order_items` table."""
        return as_table(
            sources.ORDER_ITEMS,
            pick(orders.ids, self.order),
            numbers(self.number),
            pick(catalogue.products["product_id"].combine_chunks(), self.product),
            pick(catalogue.sellers["seller_id"].combine_chunks(), self.seller),
            moments(self.shipping_limit),
            money(self.price),
            money(self.freight),
        )


def make_items(seed: int, orders: Orders, catalogue: Catalogue) -> Items:
    """Items of every order that has some."""
    rng = rng_for(seed, "items")
    buyers = np.flatnonzero(orders.has_items)
    several = rng.choice(
        len(buyers), oddities.planted("multi_item_orders", len(buyers)), replace=False
    )
    sizes = np.ones(len(buyers), dtype=np.int64)
    sizes[several] = 2 + weighted(rng, _SIZE_WEIGHTS, len(several))
    number = position_in_group(sizes) + 1
    product = _products(rng, catalogue, sizes, several)
    order = np.repeat(buyers, sizes)
    return Items(
        order=order,
        number=number,
        product=product,
        seller=catalogue.seller[product],
        shipping_limit=_shipping_limits(rng, orders, order),
        price=catalogue.price[product],
        freight=np.repeat(_freights(rng, len(buyers)), sizes),
    )


def _products(
    rng: np.random.Generator,
    catalogue: Catalogue,
    sizes: Ints,
    several: npt.NDArray[np.intp],
) -> npt.NDArray[np.intp]:
    """A product for each item: mostly more of the same, else another of the same seller."""
    first = weighted(rng, catalogue.popularity, len(sizes))
    product = np.repeat(first, sizes)
    is_more = position_in_group(sizes) > 0
    changed = np.flatnonzero(is_more & (rng.random(len(product)) < _OTHER_PRODUCT_SHARE))
    product[changed] = _of_same_seller(rng, catalogue, product[changed])
    elsewhere = several[: oddities.planted("multi_seller_orders", len(sizes))]
    last_item = np.cumsum(sizes)[elsewhere] - 1
    product[last_item] = _of_other_seller(rng, catalogue, first[elsewhere])
    return product


def _of_same_seller(
    rng: np.random.Generator, catalogue: Catalogue, product: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    by_seller = np.argsort(catalogue.seller, kind="stable")
    offered = np.bincount(catalogue.seller)
    start = np.cumsum(offered) - offered
    seller = catalogue.seller[product]
    return by_seller[start[seller] + (rng.random(len(product)) * offered[seller]).astype(np.intp)]


def _of_other_seller(
    rng: np.random.Generator, catalogue: Catalogue, product: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    other = rng.integers(0, len(catalogue.seller), len(product))
    while (same := catalogue.seller[other] == catalogue.seller[product]).any():
        other[same] = rng.integers(0, len(catalogue.seller), int(same.sum()))
    return other


def _freights(rng: np.random.Generator, count: int) -> Ints:
    cents = np.clip(rng.lognormal(np.log(1640), 0.5, count), 50, 40_968).astype(np.int64)
    cents[rng.random(count) < _FREE_FREIGHT_SHARE] = 0
    return cents


def _shipping_limits(rng: np.random.Generator, orders: Orders, order: npt.NDArray[np.intp]) -> Ints:
    start = np.where(orders.approved == NEVER, orders.purchased, orders.approved)
    limits = start[order] + rng.integers(3, 8, len(order)) * DAY
    far = oddities.planted("far_shipping_limits", len(order))
    limits[rng.choice(len(order), far, replace=False)] = _FAR_LIMIT
    return limits
