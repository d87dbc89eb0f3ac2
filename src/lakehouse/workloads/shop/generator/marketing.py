"""The marketing funnel: leads that asked for contact, and those that became sellers."""

from __future__ import annotations

import calendar
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakehouse.workloads.shop.contracts import sources
from lakehouse.workloads.shop.generator import oddities, vocabulary
from lakehouse.workloads.shop.generator.arrays import (
    DAY,
    Ints,
    as_table,
    dates,
    hex_ids,
    moments,
    pick,
    rng_for,
    weighted,
    zipf_weights,
)

_FEWEST_LEADS = 100
_LANDING_PAGES = 495
_DEVELOPERS, _REPRESENTATIVES = 32, 22
_FIRST_CONTACT = calendar.timegm((2017, 6, 14, 0, 0, 0))
_CONTACT_DAYS = 351
_DECLARED_SHARE = 0.08
_DECLARED_REVENUE_SHARE = 0.053


def marketing_tables(seed: int, orders: int, seller_ids: pa.Array) -> tuple[pa.Table, pa.Table]:
    """The `marketing_qualified_leads` and `closed_deals` tables.

    Args:
        seed: of the whole set.
        orders: orders of the set; there is a lead for every twelve.
        seller_ids: known sellers, some of whom were leads.
    """
    rng = rng_for(seed, "marketing")
    count = max(orders // 12, _FEWEST_LEADS)
    growth = np.linspace(0.4, 1.6, _CONTACT_DAYS)
    contacted = _FIRST_CONTACT + weighted(rng, growth, count) * DAY
    ids = hex_ids(rng, count)
    unknown_origin = oddities.planted("leads_without_origin", count)
    leads = as_table(
        sources.MARKETING_QUALIFIED_LEADS,
        ids,
        dates(contacted),
        pick(
            hex_ids(rng, _LANDING_PAGES),
            weighted(rng, zipf_weights(_LANDING_PAGES, 1.1), count),
        ),
        _worded(rng, vocabulary.ORIGINS, _all_but(rng, count, unknown_origin)),
    )
    won = rng.choice(count, oddities.planted("closed_deals", count), replace=False)
    return leads, _deals(rng, pick(ids, won), contacted[won], seller_ids)


def _deals(
    rng: np.random.Generator, lead_ids: pa.Array, contacted: Ints, seller_ids: pa.Array
) -> pa.Table:
    count = len(lead_ids)
    won_at = contacted + (rng.lognormal(2.6, 1.1, count) * DAY).astype(np.int64) + 36_000
    declares = rng.random(count) < _DECLARED_SHARE
    everybody = np.ones(count, dtype=np.bool_)
    yes_or_no = {"True": 9.0, "False": 1.0}
    size = 10.0 * rng.integers(1, 121, count)
    return as_table(
        sources.CLOSED_DEALS,
        lead_ids,
        _sellers(rng, seller_ids, count),
        pick(hex_ids(rng, _DEVELOPERS), weighted(rng, zipf_weights(_DEVELOPERS, 0.7), count)),
        pick(
            hex_ids(rng, _REPRESENTATIVES),
            weighted(rng, zipf_weights(_REPRESENTATIVES, 0.7), count),
        ),
        moments(won_at),
        _worded(rng, dict.fromkeys(vocabulary.SEGMENTS, 1.0), everybody),
        _worded(rng, vocabulary.LEAD_TYPES, _all_but(rng, count, 1)),
        _worded(rng, vocabulary.BEHAVIOURS, rng.random(count) < 0.79),
        _worded(rng, yes_or_no, declares),
        _worded(rng, yes_or_no, declares),
        _worded(rng, vocabulary.STOCKS, declares),
        _worded(rng, vocabulary.BUSINESS_TYPES, _all_but(rng, count, 1)),
        _one_decimal(np.where(declares, size, np.nan)),
        _revenues(rng, count),
    )


def _all_but(rng: np.random.Generator, count: int, missing: int) -> npt.NDArray[np.bool_]:
    present = np.ones(count, dtype=np.bool_)
    present[rng.choice(count, missing, replace=False)] = False
    return present


def _worded(
    rng: np.random.Generator, words: dict[str, float], present: npt.NDArray[np.bool_]
) -> pa.Array:
    index = weighted(rng, list(words.values()), len(present))
    return pa.array(list(words)).take(pa.array(index, mask=~present))


def _sellers(rng: np.random.Generator, known: pa.Array, count: int) -> pa.Array:
    """A seller for each deal: some known, each at most once, the others never seen to sell."""
    planned = oddities.planted("closed_deals_with_known_seller", count)
    planned = min(planned, len(known), count - 1)
    drawn = pick(known, rng.choice(len(known), planned, replace=False))
    strangers = hex_ids(rng, count - planned)
    return pick(pa.concat_arrays([drawn, strangers]), rng.permutation(count))


def _revenues(rng: np.random.Generator, count: int) -> pa.Array:
    revenue = np.zeros(count)
    declared = oddities.at_least_one(_DECLARED_REVENUE_SHARE, count)
    thousands = rng.choice([5, 10, 20, 25, 30, 60, 100, 250, 300], declared)
    revenue[rng.choice(count, declared, replace=False)] = thousands * 1000.0
    return _one_decimal(revenue)


def _one_decimal(values: npt.NDArray[Any]) -> pa.Array:
    return pa.array([None if np.isnan(value) else f"{value:.1f}" for value in values], pa.string())
