"""Products, the sellers who offer them, and the category translation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakehouse.workloads.shop.contracts import silver, sources
from lakehouse.workloads.shop.generator import oddities, vocabulary
from lakehouse.workloads.shop.generator.arrays import (
    Floats,
    Ints,
    as_table,
    hex_ids,
    numbers,
    pick,
    rng_for,
    weighted,
    zipf_weights,
)
from lakehouse.workloads.shop.generator.places import Places, address_columns

_FEWEST_PRODUCTS = 40
_FEWEST_SELLERS = 20
_UNTRANSLATED_SHARE = 0.0002
_LOWEST_CENTS, _HIGHEST_CENTS = 85, 673_500


@dataclass(frozen=True)
class Catalogue:
    """What is sold and by whom.

    Attributes:
        products: the `products` table.
        sellers: the `sellers` table.
        translation: the `product_category_name_translation` table.
        price: cents, one entry a product.
        popularity: weight, one entry a product.
        seller: index into `sellers`, one entry a product.
    """

    products: pa.Table
    sellers: pa.Table
    translation: pa.Table
    price: Ints
    popularity: Floats
    seller: npt.NDArray[np.intp]


def make_catalogue(seed: int, orders: int, places: Places) -> Catalogue:
    """Products and sellers for so many orders."""
    rng = rng_for(seed, "catalogue")
    products = max(orders // 3, _FEWEST_PRODUCTS)
    sellers = max(orders // 32, _FEWEST_SELLERS)
    weight = np.clip(rng.lognormal(6.6, 1.2, products), 50, 30_000).astype(np.int64)
    return Catalogue(
        products=_products_table(rng, weight),
        sellers=_sellers_table(rng, places, sellers),
        translation=_translation_table(),
        price=_prices(rng, weight),
        popularity=rng.lognormal(0.0, 1.3, products),
        seller=weighted(rng, zipf_weights(sellers, 0.8), products),
    )


def _prices(rng: np.random.Generator, weight: Ints) -> Ints:
    heavier_is_dearer = (weight / 735.0) ** 0.25
    reais = rng.lognormal(4.32, 0.8, len(weight)) * heavier_is_dearer
    ending = np.array([90, 99, 0, 50, 49])[weighted(rng, (60, 15, 15, 5, 5), len(weight))]
    return np.clip(reais.astype(np.int64) * 100 + ending, _LOWEST_CENTS, _HIGHEST_CENTS)


def _products_table(rng: np.random.Generator, weight: Ints) -> pa.Table:
    count = len(weight)
    undescribed = np.zeros(count, dtype=np.bool_)
    shuffled = rng.permutation(count)
    bare = oddities.planted("products_without_category", count)
    undescribed[shuffled[:bare]] = True
    unweighed = np.zeros(count, dtype=np.bool_)
    unweighed[shuffled[bare : bare + oddities.planted("products_without_weight", count)]] = True
    names = [portuguese for portuguese, _ in vocabulary.CATEGORIES]
    category = weighted(rng, zipf_weights(len(names), 1.0), count)
    _plant_untranslated(category, shuffled[::-1], len(names))
    return as_table(
        sources.PRODUCTS,
        hex_ids(rng, count),
        _optional(pick([*names, *silver.CATEGORY_FALLBACKS], category), undescribed),
        numbers(np.clip(rng.normal(49, 10, count), 5, 76).astype(np.int64), undescribed),
        numbers(np.clip(rng.lognormal(6.4, 0.7, count), 4, 3992).astype(np.int64), undescribed),
        numbers(1 + np.minimum(rng.geometric(0.45, count) - 1, 19), undescribed),
        numbers(weight, unweighed),
        *(
            numbers(np.clip(rng.lognormal(mean, 0.5, count), 2, 105).astype(np.int64), unweighed)
            for mean in (3.3, 2.6, 3.0)
        ),
    )


def _plant_untranslated(category: npt.NDArray[Any], at: npt.NDArray[Any], translated: int) -> None:
    """Give products at the first of the positions the categories that no translation has."""
    each = oddities.at_least_one(_UNTRANSLATED_SHARE, len(category))
    for number in range(len(silver.CATEGORY_FALLBACKS)):
        category[at[number * each : (number + 1) * each]] = translated + number


def _optional(values: pa.Array, missing: npt.NDArray[np.bool_]) -> pa.Array:
    positions = pa.array(np.arange(len(values)), mask=missing)
    return values.take(positions)


def _sellers_table(rng: np.random.Generator, places: Places, count: int) -> pa.Table:
    home = weighted(rng, places.sellers, count)
    nowhere = oddities.planted("sellers_without_geolocation", count)
    home[rng.choice(count, nowhere, replace=False)] = rng.choice(places.unlisted, nowhere)
    mixed = oddities.MIXED_SPELLING_SHARES["sellers"]
    return as_table(
        sources.SELLERS, hex_ids(rng, count), *address_columns(rng, places, home, mixed)
    )


def _translation_table() -> pa.Table:
    portuguese, english = zip(*vocabulary.CATEGORIES, strict=True)
    return as_table(sources.CATEGORY_TRANSLATION, pa.array(portuguese), pa.array(english))
