"""Orders and the moments of their lives, with late, early and missing ones planted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakehouse.workloads.shop.contracts import silver, sources
from lakehouse.workloads.shop.generator import oddities
from lakehouse.workloads.shop.generator.arrays import (
    DAY,
    NEVER,
    Bools,
    Ints,
    as_table,
    hex_ids,
    midnight,
    moments,
    pick,
    rng_for,
)
from lakehouse.workloads.shop.generator.rhythm import purchase_moments

STATUSES = silver.ORDER_STATUSES
_CODE = {name: code for code, name in enumerate(STATUSES)}
_APPROVED = ("approved", "invoiced", "processing", "shipped", "delivered", "unavailable")
_SHIPPED = ("shipped", "delivered")
_CANCELED_AFTER_APPROVAL = 0.75


@dataclass(frozen=True)
class Orders:
    """Orders; all arrays are one entry an order, moments in seconds since 1970 or `NEVER`."""

    ids: pa.StringArray
    status: npt.NDArray[np.int8]
    purchased: Ints
    approved: Ints
    carrier: Ints
    delivered: Ints
    estimated: Ints
    has_items: Bools

    def __len__(self) -> int:
        """Number of orders."""
        return len(self.purchased)

    @property
    def is_delivered(self) -> Bools:
        """Whether the status is `delivered`."""
        return self.status == _CODE["delivered"]

    def table(self, customer_ids: pa.Array) -> pa.Table:
        """The `orders` table."""
        return as_table(
            sources.ORDERS,
            self.ids,
            customer_ids,
            pick(STATUSES, self.status),
            *(moments(m) for m in (self.purchased, self.approved, self.carrier, self.delivered)),
            moments(self.estimated),
        )


def make_orders(seed: int, count: int) -> Orders:
    """So many orders with their statuses and moments."""
    rng = rng_for(seed, "orders")
    purchased = purchase_moments(rng, count)
    status = _statuses(rng, count)
    delivered_orders = rng.permutation(np.flatnonzero(status == _CODE["delivered"]))
    plan = _plan(delivered_orders)
    orders = Orders(
        ids=hex_ids(rng, count),
        status=status,
        purchased=purchased,
        approved=(approved := purchased + _approval_seconds(rng, count)),
        carrier=(carrier := approved + _days(rng, count, 1.9, 0.8, 0.1)),
        delivered=(delivered := _delivery(rng, carrier, plan["late_orders"])),
        estimated=_estimates(rng, purchased, delivered, plan),
        has_items=_has_items(rng, status),
    )
    _end_early(rng, orders)
    _plant(rng, orders, plan)
    return orders


def _statuses(rng: np.random.Generator, count: int) -> npt.NDArray[np.int8]:
    status = np.full(count, _CODE["delivered"], dtype=np.int8)
    start = 0
    for name, share in oddities.STATUS_SHARES.items():
        end = start + oddities.at_least_one(share, count)
        status[start:end] = _CODE[name]
        start = end
    return rng.permutation(status)


def _plan(delivered_orders: npt.NDArray[np.intp]) -> dict[str, npt.NDArray[np.intp]]:
    """Which delivered orders get which oddity; no order gets two."""
    plan = {}
    start = 0
    for oddity in (
        "late_orders",
        "delivered_on_the_estimated_day",
        "carrier_before_approval",
        "carrier_before_purchase",
        "delivered_without_approval",
        "delivered_without_delivery_moment",
    ):
        end = start + oddities.planted(oddity, len(delivered_orders))
        plan[oddity] = delivered_orders[start:end]
        start = end
    return plan


def _days(rng: np.random.Generator, count: int, median: float, sigma: float, least: float) -> Ints:
    """Lognormal durations in seconds; median and least in days."""
    days = np.maximum(rng.lognormal(np.log(median), sigma, count), least)
    return (days * DAY).astype(np.int64)


def _approval_seconds(rng: np.random.Generator, count: int) -> Ints:
    # a card is approved within the hour, a boleto when it is paid, days later
    by_card = _days(rng, count, 0.013, 0.7, 0.001)
    by_boleto = _days(rng, count, 1.2, 0.5, 0.3)
    return np.where(rng.random(count) < 0.8, by_card, by_boleto)


def _delivery(rng: np.random.Generator, carrier: Ints, late: npt.NDArray[np.intp]) -> Ints:
    """Moments of delivery, by day, at least a day after the carrier took over."""
    transit = _days(rng, len(carrier), 7.2, 0.6, 1.0)
    transit[late] = transit[late] * 5 // 2 + 2 * DAY
    time_of_day = np.clip(rng.normal(17.0, 3.0, len(carrier)), 8.0, 23.5) * 3600
    return midnight(carrier + transit) + time_of_day.astype(np.int64)


def _estimates(
    rng: np.random.Generator,
    purchased: Ints,
    delivered: Ints,
    plan: dict[str, npt.NDArray[np.intp]],
) -> Ints:
    """The midnights by which delivery was promised: late ones before the day of delivery."""
    ahead = midnight(_days(rng, len(purchased), 12.0, 0.45, 1.0))
    estimated = midnight(delivered) + ahead
    late = plan["late_orders"]
    overdue = midnight(_days(rng, len(late), 6.0, 0.9, 1.0))
    promised = midnight(delivered[late]) - overdue
    estimated[late] = np.maximum(promised, midnight(purchased[late]) + DAY)
    same_day = plan["delivered_on_the_estimated_day"]
    estimated[same_day] = midnight(delivered[same_day])
    return estimated


def _has_items(rng: np.random.Generator, status: npt.NDArray[np.int8]) -> Bools:
    has_items = np.ones(len(status), dtype=np.bool_)
    for name, share in oddities.WITHOUT_ITEMS_SHARES.items():
        of_status = np.flatnonzero(status == _CODE[name])
        empty = oddities.at_least_one(share, len(of_status))
        has_items[rng.choice(of_status, empty, replace=False)] = False
    return has_items


def _end_early(rng: np.random.Generator, orders: Orders) -> None:
    """Blank the moments that an order of its status has not come to."""
    canceled = orders.status == _CODE["canceled"]
    lucky = rng.random(len(orders)) < _CANCELED_AFTER_APPROVAL
    is_approved = np.isin(orders.status, [_CODE[name] for name in _APPROVED]) | (canceled & lucky)
    orders.approved[~is_approved] = NEVER
    orders.carrier[~np.isin(orders.status, [_CODE[name] for name in _SHIPPED])] = NEVER
    orders.delivered[~orders.is_delivered] = NEVER


def _plant(rng: np.random.Generator, orders: Orders, plan: dict[str, npt.NDArray[np.intp]]) -> None:
    early = plan["carrier_before_approval"]
    orders.approved[early] = orders.carrier[early] + rng.integers(600, 2 * DAY, len(early))
    earlier = plan["carrier_before_purchase"]
    orders.carrier[earlier] = orders.purchased[earlier] - rng.integers(600, 3 * DAY, len(earlier))
    orders.approved[plan["delivered_without_approval"]] = NEVER
    orders.delivered[plan["delivered_without_delivery_moment"]] = NEVER
