"""Zip code prefixes, the people and sellers who live at them, and the `geolocation` table."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakehouse.workloads.shop.contracts import silver, sources
from lakehouse.workloads.shop.generator import brazil, oddities
from lakehouse.workloads.shop.generator.arrays import (
    Bools,
    Floats,
    Ints,
    as_table,
    numbers,
    pick,
    rng_for,
)

_MOST_PREFIXES = 19_000
_FEWEST_PREFIXES = 200
_UNLISTED_SHARE = 0.01
_MEAN_SIGHTINGS = 7.4
_CITY_SPREAD_DEGREES = 0.05
_PREFIX_SPREAD_DEGREES = 0.008
# Portugal, Spain, Italy, New York, and the Atlantic off Africa: wrong as published ones are
_ABROAD = ((41.61, -8.41), (42.44, -2.13), (43.66, 10.45), (40.71, -74.01), (-5.93, 4.35))


@dataclass(frozen=True)
class Places:
    """Zip code prefixes; all arrays are one entry a prefix.

    Attributes:
        prefix: the number of the prefix.
        city: index into `city_names` and `state_codes`.
        shoppers: weight of the prefix among customers; 0 where unlisted.
        sellers: weight of the prefix among sellers; 0 where unlisted.
        latitude: degrees north.
        longitude: degrees east.
        listed: whether the prefix is in the `geolocation` table.
    """

    prefix: Ints
    city: Ints
    shoppers: Floats
    sellers: Floats
    latitude: Floats
    longitude: Floats
    listed: Bools
    city_names: tuple[str, ...]
    state_codes: tuple[str, ...]

    @property
    def unlisted(self) -> npt.NDArray[np.intp]:
        """Positions of the prefixes that `geolocation` lacks."""
        return np.flatnonzero(~self.listed)


def make_places(seed: int, orders: int) -> Places:
    """Lay out zip code prefixes over the cities; more orders reach more prefixes."""
    rng = rng_for(seed, "places")
    wanted = min(max(orders, _FEWEST_PREFIXES), _MOST_PREFIXES)
    parts = [_prefixes_of_state(rng, state, wanted) for state in brazil.STATES]
    per_city = np.concatenate([counts for _, counts in parts])
    cities = [(city, state) for state in brazil.STATES for city in state.cities]
    city = np.repeat(np.arange(len(cities)), per_city)
    count = len(city)
    share = rng.lognormal(0.0, 0.8, count)
    listed = np.ones(count, dtype=np.bool_)
    listed[rng.choice(count, max(2, round(_UNLISTED_SHARE * count)), replace=False)] = False
    latitude = np.array([c.latitude for c, _ in cities])[city]
    longitude = np.array([c.longitude for c, _ in cities])[city]
    return Places(
        prefix=np.concatenate([prefixes for prefixes, _ in parts]),
        city=city,
        shoppers=_weights([s.shoppers for _, s in cities], cities, city, share) * listed,
        sellers=_weights([s.sellers for _, s in cities], cities, city, share) * listed,
        latitude=latitude + rng.normal(0.0, _CITY_SPREAD_DEGREES, count),
        longitude=longitude + rng.normal(0.0, _CITY_SPREAD_DEGREES, count),
        listed=listed,
        city_names=tuple(c.name for c, _ in cities),
        state_codes=tuple(s.code for _, s in cities),
    )


def _prefixes_of_state(
    rng: np.random.Generator, state: brazil.State, wanted: int
) -> tuple[Ints, Ints]:
    """Distinct prefix numbers of a state, ascending, and how many each city has."""
    first, last = state.zip_codes
    total = sum(city.weight for city in state.cities)
    share = wanted * state.shoppers / 100
    counts = np.array([max(1, round(share * city.weight / total)) for city in state.cities])
    numbers_drawn = rng.choice(last - first + 1, int(counts.sum()), replace=False)
    return np.sort(numbers_drawn) + first, counts


def _weights(
    of_state: list[float],
    cities: list[tuple[brazil.City, brazil.State]],
    city: Ints,
    share: Floats,
) -> Floats:
    """A state's weight, shared among its cities, shared among their prefixes."""
    in_state = np.array([c.weight / sum(x.weight for x in s.cities) for c, s in cities])
    in_city = share / np.bincount(city, weights=share)[city]
    return (np.array(of_state) * in_state)[city] * in_city


def address_columns(
    rng: np.random.Generator, places: Places, at: npt.NDArray[Any], mixed_share: float
) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Prefix, city and state columns of rows at the given places, cities in mixed spelling."""
    spelling = np.where(rng.random(len(at)) < mixed_share, rng.integers(1, 5, len(at)), 0)
    spellings = [text for name in places.city_names for text in spellings_of(name)]
    city = places.city[at]
    return (
        pick([f"{number:05d}" for number in places.prefix], at),
        pick(spellings, city * 5 + spelling),
        pick(places.state_codes, city),
    )


def spellings_of(city: str) -> tuple[str, str, str, str, str]:
    """Ways a city is spelt, the plain one first."""
    plain = without_accents(city)
    return plain, city if city != plain else city.title(), city.title(), plain.upper(), f"{plain} "


def without_accents(text: str) -> str:
    """The text with its letters' accents removed."""
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def geolocation_table(seed: int, places: Places) -> pa.Table:
    """Sightings of every listed prefix, with exact repetitions and some far outside Brazil."""
    rng = rng_for(seed, "geolocation")
    listed = np.flatnonzero(places.listed)
    at = np.repeat(listed, rng.geometric(1 / _MEAN_SIGHTINGS, len(listed)))
    latitude = places.latitude[at] + rng.normal(0.0, _PREFIX_SPREAD_DEGREES, len(at))
    longitude = places.longitude[at] + rng.normal(0.0, _PREFIX_SPREAD_DEGREES, len(at))
    latitude = np.clip(latitude, *silver.BRAZIL_LATITUDE)
    longitude = np.clip(longitude, *silver.BRAZIL_LONGITUDE)
    # wrong sightings come on top, so that each prefix keeps one inside Brazil
    wrong = oddities.planted("geolocation_outside_brazil", len(at))
    abroad = np.array(_ABROAD)[rng.integers(0, len(_ABROAD), wrong)]
    at = np.concatenate([at, rng.choice(listed, wrong)])
    latitude = np.concatenate([latitude, abroad[:, 0] + rng.normal(0.0, 0.01, wrong)])
    longitude = np.concatenate([longitude, abroad[:, 1] + rng.normal(0.0, 0.01, wrong)])
    share = oddities.MIXED_SPELLING_SHARES["geolocation"]
    prefix, city, state = address_columns(rng, places, at, share)
    distinct = as_table(
        sources.GEOLOCATION, prefix, numbers(latitude), numbers(longitude), city, state
    )
    return distinct.take(pa.array(_with_repetitions(rng, len(at))))


def _with_repetitions(rng: np.random.Generator, distinct: int) -> npt.NDArray[np.intp]:
    share = oddities.SHARES["geolocation_exact_duplicates"]
    repeated = oddities.at_least_one(share / (1 - share), distinct)
    return rng.permutation(
        np.concatenate([np.arange(distinct), rng.integers(0, distinct, repeated)])
    )
