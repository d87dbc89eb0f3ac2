"""Payments: one or several an order, equal to items plus freight but for planted differences."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakehouse.workloads.shop.contracts import silver, sources
from lakehouse.workloads.shop.generator import oddities
from lakehouse.workloads.shop.generator.arrays import (
    Bools,
    Ints,
    as_table,
    money,
    numbers,
    pick,
    position_in_group,
    rng_for,
    weighted,
)
from lakehouse.workloads.shop.generator.orders import Orders

_TYPES = silver.PAYMENT_TYPES
_CARD, _VOUCHER, _UNDEFINED = (_TYPES.index(t) for t in ("credit_card", "voucher", "not_defined"))
# Weights of credit card, boleto, voucher, debit card, in the order of the contract.
_TYPE_WEIGHTS = (75.8, 20.0, 2.6, 1.6)
_INSTALMENTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 24)
_INSTALMENT_WEIGHTS = (33.0, 16.2, 13.6, 9.2, 6.8, 5.1, 2.1, 5.6, 0.8, 6.9, 0.2, 0.1)
_MOST_PAYMENTS = 29
_ONLY_VOUCHERS_SHARE = 0.2


def payments_table(seed: int, orders: Orders, totals: Ints) -> pa.Table:
    """The `order_payments` table.

    Args:
        seed: of the whole set.
        orders: who pays.
        totals: price plus freight of each order, cents; 0 where it has no items.
    """
    rng = rng_for(seed, "payments")
    owed, payer, undefined, several = _plan(rng, orders, totals)
    sizes = np.ones(len(payer), dtype=np.int64)
    sizes[several] = np.minimum(1 + rng.geometric(0.7, len(several)), _MOST_PAYMENTS)
    number = position_in_group(sizes)
    types = np.repeat(weighted(rng, _TYPE_WEIGHTS, len(payer)), sizes)
    shared = np.repeat(sizes > 1, sizes)
    types[shared] = _shared_types(rng, sizes, number)[shared]
    types[np.repeat(undefined, sizes)] = _UNDEFINED
    instalments = np.ones(len(types), dtype=np.int64)
    by_card = types == _CARD
    drawn = weighted(rng, _INSTALMENT_WEIGHTS, int(by_card.sum()))
    instalments[by_card] = np.array(_INSTALMENTS)[drawn]
    return as_table(
        sources.ORDER_PAYMENTS,
        pick(orders.ids, np.repeat(payer, sizes)),
        numbers(number + 1),
        pick(_TYPES, types),
        numbers(instalments),
        money(_split(rng, owed[payer], sizes, number)),
    )


def _plan(
    rng: np.random.Generator, orders: Orders, totals: Ints
) -> tuple[Ints, npt.NDArray[np.intp], Bools, npt.NDArray[np.intp]]:
    """What each order owes; who pays; whose means is undefined; who (of these) pays in parts."""
    count = len(orders)
    owed = totals.copy()
    empty = np.flatnonzero(~orders.has_items)
    owed[empty] = rng.lognormal(9.2, 0.8, len(empty)).astype(np.int64) + 100
    nameless = rng.choice(empty, oddities.planted("undefined_payments", count), replace=False)
    owed[nameless] = 0
    buyers = rng.permutation(np.flatnonzero(orders.has_items & orders.is_delivered))
    unpaid = oddities.planted("orders_without_payment", count)
    _plant_differences(rng, owed, buyers[unpaid:], int(orders.has_items.sum()))
    pays = np.ones(count, dtype=np.bool_)
    pays[buyers[:unpaid]] = False
    payer = np.flatnonzero(pays)
    undefined = np.isin(payer, nameless)
    candidates = np.flatnonzero(~undefined)
    parts = oddities.planted("multi_payment_orders", count)
    return owed, payer, undefined, rng.choice(candidates, parts, replace=False)


def _plant_differences(
    rng: np.random.Generator, owed: Ints, among: npt.NDArray[np.intp], buyers: int
) -> None:
    by_much = oddities.planted("orders_payment_mismatch", buyers)
    by_a_cent = oddities.planted("orders_payment_off_by_one_cent", buyers)
    cents = np.clip(rng.lognormal(5.0, 1.8, by_much), 2, 20_000).astype(np.int64)
    target = among[:by_much]
    # paid too little now and then, but never less than half
    too_little = (rng.random(by_much) < 0.3) & (cents * 2 < owed[target])
    owed[target] += np.where(too_little, -cents, cents)
    owed[among[by_much : by_much + by_a_cent]] += rng.choice([-1, 1], by_a_cent)


def _shared_types(rng: np.random.Generator, sizes: Ints, number: Ints) -> npt.NDArray[np.intp]:
    """A card first and vouchers for the rest, or vouchers only."""
    only_vouchers = np.repeat(rng.random(len(sizes)) < _ONLY_VOUCHERS_SHARE, sizes)
    return np.where((number == 0) & ~only_vouchers, _CARD, _VOUCHER)


def _split(rng: np.random.Generator, owed: Ints, sizes: Ints, number: Ints) -> Ints:
    """Parts of at least a cent that add up to what is owed; the first takes what is left."""
    owner = np.repeat(np.arange(len(sizes)), sizes)
    share = rng.random(len(owner)) + 0.1
    share /= np.bincount(owner, weights=share)[owner]
    part = 1 + np.floor((owed - sizes)[owner] * share).astype(np.int64)
    part[number == 0] = 0
    first = owed - np.bincount(owner, weights=part).astype(np.int64)
    part[number == 0] = first
    return part
