"""Reviews: a score that suffers from lateness, and comments in Portuguese."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakehouse.workloads.shop.contracts import sources
from lakehouse.workloads.shop.generator import oddities, vocabulary
from lakehouse.workloads.shop.generator.arrays import (
    DAY,
    NEVER,
    Ints,
    as_table,
    hex_ids,
    midnight,
    moments,
    numbers,
    pick,
    rng_for,
    weighted,
)
from lakehouse.workloads.shop.generator.orders import Orders

# Weights of 1 to 5 stars.
_IN_TIME = (6.5, 2.8, 8.0, 20.5, 62.2)
_LATE = (53.0, 8.0, 11.0, 10.0, 18.0)
_NOT_DELIVERED = (62.0, 9.0, 10.0, 8.0, 11.0)
# Shares with a comment and with a title, by 1 to 5 stars.
_COMMENT_SHARES = np.array([0.77, 0.68, 0.43, 0.31, 0.36])
_TITLE_SHARES = np.array([0.17, 0.13, 0.09, 0.09, 0.12])


def reviews_table(seed: int, orders: Orders) -> pa.Table:
    """The `order_reviews` table."""
    rng = rng_for(seed, "reviews")
    order = _reviewed(rng, len(orders))
    count = len(order)
    score = _scores(rng, orders)[order]
    created = _survey_sent(orders)[order]
    answered = created + (rng.lognormal(10.6, 1.0, count)).astype(np.int64) + 3600
    title, message = _comments(rng, score)
    same_as = _repeated_ids(rng, order)
    return as_table(
        sources.ORDER_REVIEWS,
        pick(hex_ids(rng, count), same_as),
        pick(orders.ids, order),
        numbers(score[same_as]),
        title.take(pa.array(same_as)),
        message.take(pa.array(same_as)),
        moments(created[same_as]),
        moments(answered[same_as]),
    )


def _reviewed(rng: np.random.Generator, orders: int) -> npt.NDArray[np.intp]:
    """The order of each review: most once, some never, some twice (those come last)."""
    shuffled = rng.permutation(orders)
    never = oddities.planted("orders_without_review", orders)
    twice = oddities.planted("orders_with_several_reviews", orders)
    return np.concatenate([shuffled[never:], shuffled[never : never + twice]])


def _repeated_ids(rng: np.random.Generator, order: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """For each review the one it is the same as: itself, or that of another order."""
    same_as = np.arange(len(order))
    once = np.flatnonzero(np.bincount(order, minlength=order.max() + 1)[order] == 1)
    repeated = oddities.planted("repeated_review_ids", len(order))
    chosen = rng.choice(once, 2 * repeated, replace=False)
    same_as[chosen[:repeated]] = chosen[repeated:]
    return same_as


def _scores(rng: np.random.Generator, orders: Orders) -> Ints:
    count = len(orders)
    arrived = orders.delivered != NEVER
    late = arrived & (midnight(orders.delivered) > orders.estimated)
    in_time = weighted(rng, _IN_TIME, count)
    score = np.where(late, weighted(rng, _LATE, count), in_time)
    return 1 + np.where(arrived, score, weighted(rng, _NOT_DELIVERED, count))


def _survey_sent(orders: Orders) -> Ints:
    """Midnight after delivery, or after the promised day where nothing came."""
    arrived = orders.delivered != NEVER
    return midnight(np.where(arrived, orders.delivered, orders.estimated + DAY)) + DAY


def _comments(rng: np.random.Generator, score: Ints) -> tuple[pa.Array, pa.Array]:
    count = len(score)
    mood = np.where(score >= 4, 0, np.where(score == 3, 1, 2))
    has_title = rng.random(count) < _TITLE_SHARES[score - 1]
    has_message = rng.random(count) < _COMMENT_SHARES[score - 1]
    return (
        _drawn(rng, _titles(), np.where(mood == 0, 0, 1), has_title),
        _drawn(rng, _messages(), mood, has_message),
    )


def _drawn(
    rng: np.random.Generator,
    texts: tuple[tuple[str, ...], ...],
    mood: npt.NDArray[np.int64],
    present: npt.NDArray[np.bool_],
) -> pa.Array:
    """A text of the right mood for each row, null where there is none."""
    sizes = np.array([len(of_mood) for of_mood in texts])
    starts = np.cumsum(sizes) - sizes
    index = starts[mood] + (rng.random(len(mood)) * sizes[mood]).astype(np.int64)
    pool = pa.array([text for of_mood in texts for text in of_mood])
    return pool.take(pa.array(index, mask=~present))


def _titles() -> tuple[tuple[str, ...], ...]:
    return vocabulary.GOOD_TITLES, vocabulary.BAD_TITLES


@cache
def _messages() -> tuple[tuple[str, ...], ...]:
    """Comments by mood: good, fair, bad."""
    return tuple(
        tuple(text.format(good=good) for text in templates for good in vocabulary.GOODS)
        for templates in (
            vocabulary.GOOD_COMMENTS,
            vocabulary.FAIR_COMMENTS,
            vocabulary.BAD_COMMENTS,
        )
    )
