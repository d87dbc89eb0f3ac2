"""Lines that no reader can use, of many kinds, each with the reason for which it is set aside."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from lakehouse.contracts import streams
from lakehouse.contracts.streams import Reason
from lakehouse.workloads.weblogs.contracts import streams as declared
from lakehouse.workloads.weblogs.generator.entries import Entry

# (entry, its moment as text, chance) → the line
Make = Callable[[Entry, bytes, random.Random], bytes]


@dataclass(frozen=True)
class Kind:
    """A way in which a line can be broken.

    Attributes:
        name: short, in snake case.
        reason: the reason that its dead letter must name.
        make: breaks a good line.
    """

    name: str
    reason: Reason
    make: Make


def _line(entry: Entry, moment: bytes) -> bytes:
    return entry.head + moment + entry.tail


def _constant(line: bytes) -> Make:
    return lambda entry, moment, rng: line


def _at(moment: bytes) -> Make:
    """The good line at another moment."""
    return lambda entry, _, rng: _line(entry, moment)


def _behind(text: bytes) -> Make:
    """The good line with something behind it."""
    return lambda entry, moment, rng: _line(entry, moment) + text


def _with(pattern: bytes, replacement: bytes) -> Make:
    """The good line with one part replaced."""
    compiled = re.compile(pattern)
    return lambda entry, moment, rng: _line(
        entry._replace(tail=compiled.sub(replacement, entry.tail, count=1)), moment
    )


def _truncated(entry: Entry, moment: bytes, rng: random.Random) -> bytes:
    """Cut off inside of the moment, where nothing that follows can be guessed."""
    return entry.head + moment[: rng.randrange(1, 10)]


def _binary(entry: Entry, moment: bytes, rng: random.Random) -> bytes:
    noise = rng.randbytes(rng.randrange(8, 200)).replace(b"\n", b"\x00").replace(b"\r", b"\x01")
    return b"\xff\x00" + noise + b"\xfe"


_LONG = b"x" * streams.LONGEST_PARSED_BYTES
_ANYWHERE = (
    Kind("empty", streams.EMPTY_LINE, _constant(b"")),
    Kind("too_long", streams.TOO_LONG, _behind(_LONG)),
    Kind("binary", streams.NOT_TEXT, _binary),
    Kind("half_a_character", streams.NOT_TEXT, _behind(b" \xe2\x82")),
    Kind("control_characters", streams.NOT_TEXT, _behind(b" \x1b[31m\x07")),
    Kind("truncated", streams.WRONG_FORMAT, _truncated),
    Kind("comment", streams.WRONG_FORMAT, _constant(b"# log opened")),
    Kind("json", streams.WRONG_FORMAT, _constant(b'{"level": "info", "message": "started"}')),
    Kind("stack_trace", streams.WRONG_FORMAT, _constant(b"    at shop.Cart.add(Cart.java:42)")),
)
ACCESS_LOG: tuple[Kind, ...] = (
    *_ANYWHERE,
    Kind("cut_in_the_request", streams.WRONG_FORMAT, _with(rb' HTTP/1\.1" .*', b"")),
    Kind("february_30", streams.IMPOSSIBLE_TIME, _at(b"30/Feb/2026:10:00:00 +0000")),
    Kind("hour_25", streams.IMPOSSIBLE_TIME, _at(b"10/Mar/2026:25:00:00 +0000")),
    Kind("year_1970", streams.TOO_EARLY, _at(b"01/Jan/1970:00:00:00 +0000")),
    Kind("year_2100", streams.IN_THE_FUTURE, _at(b"01/Jan/2100:00:00:00 +0000")),
    Kind("status_999", streams.IMPOSSIBLE_VALUE, _with(rb'" \d{3} ', b'" 999 ')),
    Kind("negative_bytes", streams.IMPOSSIBLE_VALUE, _with(rb'(" \d{3}) (\d+|-)', rb"\1 -512")),
    Kind("unknown_method", streams.UNKNOWN_WORD, _with(rb'"[A-Z]+ ([^"]*") \d+', rb'"BREW \1 200')),
)
CLICKSTREAM: tuple[Kind, ...] = (
    *_ANYWHERE,
    Kind("cut_in_the_event", streams.WRONG_FORMAT, _with(rb" EVENT_TYPE: .*", b"")),
    Kind("february_30", streams.IMPOSSIBLE_TIME, _at(b"2026-02-30 10:00:00.000000")),
    Kind("hour_25", streams.IMPOSSIBLE_TIME, _at(b"2026-03-10 25:00:00.000000")),
    Kind("year_1970", streams.TOO_EARLY, _at(b"1970-01-01 00:00:00.000000")),
    Kind("year_2100", streams.IN_THE_FUTURE, _at(b"2100-01-01 00:00:00.000000")),
    Kind("negative_user", streams.IMPOSSIBLE_VALUE, _with(rb"USER_ID: \d+", b"USER_ID: -7")),
    Kind("amount_in_words", streams.IMPOSSIBLE_VALUE, _with(rb"AMOUNT: \S+", b"AMOUNT: ten")),
    Kind("negative_amount", streams.IMPOSSIBLE_VALUE, _with(rb"AMOUNT: \S+", b"AMOUNT: -9.90")),
    Kind("unknown_event", streams.UNKNOWN_WORD, _with(rb"EVENT_TYPE: \w+", b"EVENT_TYPE: fly")),
    Kind("unknown_level", streams.UNKNOWN_WORD, _with(rb"\[[A-Z]+\]", b"[FATAL]")),
)
KINDS: dict[str, tuple[Kind, ...]] = {
    declared.ACCESS_LOG.name: ACCESS_LOG,
    declared.CLICKSTREAM.name: CLICKSTREAM,
}
