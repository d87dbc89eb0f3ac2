"""Customers: an alias for each order, some of which are of people who came before."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakehouse.workloads.shop.contracts import sources
from lakehouse.workloads.shop.generator import oddities
from lakehouse.workloads.shop.generator.arrays import (
    Ints,
    as_table,
    hex_ids,
    pick,
    rng_for,
    weighted,
)
from lakehouse.workloads.shop.generator.places import Places, address_columns

_MOVED_SHARE = 0.1


def customers_table(seed: int, places: Places, purchased: Ints) -> pa.Table:
    """The `customers` table, a row an order, in the order of the orders.

    Args:
        seed: of the whole set.
        places: where they live.
        purchased: moment of each order, seconds.
    """
    rng = rng_for(seed, "customers")
    count = len(purchased)
    person, is_return = _people(rng, purchased)
    home = weighted(rng, places.shoppers, count)[person]
    moved = is_return & (rng.random(count) < _MOVED_SHARE)
    home[moved] = weighted(rng, places.shoppers, int(moved.sum()))
    nowhere = rng.choice(
        count, oddities.planted("customers_without_geolocation", count), replace=False
    )
    home[nowhere] = rng.choice(places.unlisted, len(nowhere))
    mixed = oddities.MIXED_SPELLING_SHARES["customers"]
    return as_table(
        sources.CUSTOMERS,
        hex_ids(rng, count),
        pick(hex_ids(rng, count), person),
        *address_columns(rng, places, home, mixed),
    )


def _people(
    rng: np.random.Generator, purchased: Ints
) -> tuple[npt.NDArray[np.intp], npt.NDArray[Any]]:
    """The person of each order, and whether that person bought before."""
    count = len(purchased)
    by_time = np.argsort(purchased, kind="stable")
    returns = np.zeros(count, dtype=np.bool_)
    planned = oddities.planted("returning_orders", count)
    returns[1 + rng.choice(count - 1, planned, replace=False)] = True
    newcomers = np.flatnonzero(~returns)
    earlier_newcomers = np.cumsum(~returns)[returns]
    in_time = np.arange(count)
    in_time[returns] = newcomers[(rng.random(planned) * earlier_newcomers).astype(np.intp)]
    person = np.empty(count, dtype=np.intp)
    person[by_time] = in_time
    is_return = np.empty(count, dtype=np.bool_)
    is_return[by_time] = returns
    return person, is_return
