"""From numpy arrays to the Arrow arrays that are written: identifiers, money, moments, text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakehouse.contracts.model import Table

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NEVER = np.int64(-1)
ID_LENGTH = 32
DAY = 86_400

_HEX_PAIRS = np.frombuffer("".join(f"{i:02x}" for i in range(256)).encode(), dtype=np.uint16)


def rng_for(seed: int, subject: str) -> np.random.Generator:
    """A stream of random numbers of its own, so that one subject does not disturb another."""
    return np.random.Generator(np.random.PCG64([seed, *subject.encode()]))


def hex_ids(rng: np.random.Generator, count: int) -> pa.StringArray:
    """Random identifiers of 32 hexadecimal digits."""
    raw = np.frombuffer(rng.bytes(count * ID_LENGTH // 2), dtype=np.uint8)
    offsets = np.arange(count + 1, dtype=np.int32) * ID_LENGTH
    return pa.StringArray.from_buffers(
        count, pa.py_buffer(offsets), pa.py_buffer(_HEX_PAIRS[raw].tobytes())
    )


def money(cents: Ints) -> pa.Array:
    """Cents as DECIMAL(12,2), BRL."""
    words = np.empty((len(cents), 2), dtype=np.int64)
    words[:, 0] = cents
    words[:, 1] = cents >> 63
    return pa.Array.from_buffers(pa.decimal128(12, 2), len(cents), [None, pa.py_buffer(words)])


def moments(seconds: Ints) -> pa.Array:
    """Seconds since 1970 as timestamps; null where they are `NEVER`."""
    return pa.array(seconds, mask=seconds == NEVER).cast(pa.timestamp("s"))


def dates(seconds: Ints) -> pa.Array:
    """The days of moments; null where they are `NEVER`."""
    return pa.array((seconds // DAY).astype(np.int32), mask=seconds == NEVER).cast(pa.date32())


def midnight(seconds: Ints) -> Ints:
    """The midnight before each moment."""
    return seconds // DAY * DAY


def pick(values: Sequence[Any] | pa.Array, index: npt.NDArray[Any]) -> pa.Array:
    """The value at each index."""
    source = values if isinstance(values, pa.Array) else pa.array(values)
    return source.take(pa.array(index))


def numbers(values: npt.NDArray[Any], missing: Bools | None = None) -> pa.Array:
    """Numbers, null where missing."""
    return pa.array(values, mask=missing)


def weighted(
    rng: np.random.Generator, weights: Sequence[float] | Floats, count: int
) -> npt.NDArray[np.intp]:
    """Random positions, each as likely as its weight."""
    bounds = np.cumsum(np.asarray(weights, dtype=np.float64))
    drawn = np.searchsorted(bounds, rng.random(count) * bounds[-1], side="right")
    return np.minimum(drawn, len(bounds) - 1)


def zipf_weights(count: int, exponent: float) -> Floats:
    """Weights that fall with the rank."""
    return 1.0 / np.arange(1, count + 1, dtype=np.float64) ** exponent


def position_in_group(sizes: Ints) -> Ints:
    """0, 1, ... within each of the groups laid one after the other."""
    starts = np.cumsum(sizes) - sizes
    return np.arange(int(sizes.sum()), dtype=np.int64) - np.repeat(starts, sizes)


def as_table(contract: Table, *columns: pa.Array) -> pa.Table:
    """Columns in the order of a contract."""
    return pa.table(list(columns), names=contract.column_names)
