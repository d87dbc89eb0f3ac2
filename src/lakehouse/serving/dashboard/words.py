"""Sentences and numbers as pages show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from lakehouse.platform.command_line import command as command
from lakehouse.serving.dashboard.health import Health
from lakehouse.serving.dashboard.source import Source

_LONGEST_CATEGORY = 17
# ids of the published data have 32 digits
_LONGEST_ID, _SHORT_ID = 12, 8

WRITE_SOME = command("stream write --rate 100 --duration 60")


def clock(moment: dt.datetime) -> str:
    """Time of day, UTC."""
    return f"{moment:%H:%M:%S} UTC"


def ago(moment: dt.datetime, now: dt.datetime) -> str:
    """How long ago, in the largest unit that says enough."""
    seconds = max(0, int((now - moment).total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"


def since(moment: dt.datetime, now: dt.datetime) -> str:
    """Start of a state that still holds, UTC; with its day if that is not today."""
    form = "%H:%M" if moment.date() == now.date() else "%Y-%m-%d %H:%M"
    return f"since {moment:{form}} UTC"


def product(product_id: str, category: str | None) -> str:
    """A product by category and short id."""
    name = (category or "product").replace("_", " ")
    if len(name) > _LONGEST_CATEGORY:
        name = f"{name[: _LONGEST_CATEGORY - 1]}…"
    is_short = len(product_id) <= _LONGEST_ID
    return f"{name} {product_id if is_short else product_id[:_SHORT_ID]}"


def silence(source: Source[Any]) -> str:
    """Which server does not answer, since when, and of when its figures are; empty if it does."""
    reading = source.reading
    if reading.silent_since is None:
        return ""
    since = f"{source.name} has not answered since {clock(reading.silent_since)}."
    if reading.taken_at is None:
        return f"{since} There are no figures of it yet: {source.remedy} starts it."
    return (
        f"{since} Its figures are those of {clock(reading.taken_at)}; new ones come by themselves."
    )


def losses(servers: Iterable[Health], told: Iterable[str]) -> list[str]:
    """Servers that were there and are not, except those of services that are told of already."""
    known = set(told)
    return [
        f"{one.name} is {one.state}, no longer ready, since {clock(one.since)}."
        for one in servers
        if one.lost and one.service not in known
    ]


def count(value: float) -> str:
    """A number as a person reads it."""
    return f"{value:,.0f}"
