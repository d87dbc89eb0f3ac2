"""When people buy: growth over two years, weekdays, hours, Black Friday and Christmas."""

from __future__ import annotations

import datetime

import numpy as np

from lakehouse.workloads.shop.generator.arrays import DAY, Floats, Ints, weighted

FIRST_DAY = datetime.date(2016, 9, 1)
LAST_DAY = datetime.date(2018, 8, 31)
BLACK_FRIDAYS = (datetime.date(2016, 11, 25), datetime.date(2017, 11, 24))

# Monday to Sunday
WEEKDAY_WEIGHTS = (1.17, 1.16, 1.12, 1.07, 1.01, 0.78, 0.86)
# 0 to 23 o'clock
HOUR_WEIGHTS = (
    *(24, 12, 5, 3, 2, 2, 5, 12, 30, 48, 62, 66),
    *(60, 65, 66, 65, 67, 62, 58, 60, 62, 62, 58, 41),
)
_BLACK_FRIDAY_FACTOR = 5.0
_BLACK_WEEK_FACTOR = 1.6
_CHRISTMAS_FACTOR = 0.5


def purchase_moments(rng: np.random.Generator, count: int) -> Ints:
    """Moments of purchase, seconds since 1970, in no order."""
    start = (FIRST_DAY - datetime.date(1970, 1, 1)).days
    day = start + weighted(rng, day_weights(), count)
    hour = weighted(rng, HOUR_WEIGHTS, count)
    return day * DAY + hour * 3600 + rng.integers(0, 3600, count)


def day_weights() -> Floats:
    """How busy each day from `FIRST_DAY` to `LAST_DAY` is."""
    days = (LAST_DAY - FIRST_DAY).days + 1
    weights = [_weight(FIRST_DAY + datetime.timedelta(days=n), n / days) for n in range(days)]
    return np.array(weights)


def _weight(day: datetime.date, elapsed: float) -> float:
    growth = 0.01 + 1.0 / (1.0 + np.exp(-10.0 * (elapsed - 0.5)))
    return float(growth * WEEKDAY_WEIGHTS[day.weekday()] * _season(day))


def _season(day: datetime.date) -> float:
    since_friday = [(day - friday).days for friday in BLACK_FRIDAYS]
    if 0 in since_friday:
        return _BLACK_FRIDAY_FACTOR
    if any(-3 <= days <= 4 for days in since_friday):
        return _BLACK_WEEK_FACTOR
    return _CHRISTMAS_FACTOR if day.month == 12 and day.day >= 22 else 1.0
