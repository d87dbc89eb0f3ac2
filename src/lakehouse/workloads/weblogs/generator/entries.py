"""Lines of the two logs before they get their moment."""

from __future__ import annotations

from typing import NamedTuple

NOTHING = "N/A"


class Entry(NamedTuple):
    """A line around its moment.

    Attributes:
        head: what stands before the moment.
        tail: what stands behind it, without a line break.
        cents: amount of the purchase that it tells of, 0 where it tells of none.
        is_purchase: whether it tells of a purchase.
    """

    head: bytes
    tail: bytes
    cents: int = 0
    is_purchase: bool = False


def click(
    user: object,
    session: object,
    event: str,
    *,
    product: str = "",
    amount: str = "",
    outcome: str = "",
    level: str = "INFO",
) -> bytes:
    """A line of the clickstream behind its moment; what is empty is written as `N/A`."""
    return (
        f" [{level}] USER_ID: {user} SESSION_ID: {session} EVENT_TYPE: {event} "
        f"PRODUCT_ID: {product or NOTHING} AMOUNT: {amount or NOTHING} "
        f"OUTCOME: {outcome or NOTHING}"
    ).encode()


def request(
    address: str, method: str, path: str, status: int, size: int, referrer: str, agent: str
) -> Entry:
    """A line of the access log in the combined format: referrer and agent at its end."""
    sent = size or "-"
    tail = f'] "{method} {path} HTTP/1.1" {status} {sent} "{referrer or "-"}" "{agent}"'
    return Entry(f"{address} - - [".encode(), tail.encode())


def as_common(entry: Entry) -> Entry:
    """The same request in the common format, which ends with the bytes sent."""
    return entry._replace(tail=b'"'.join(entry.tail.split(b'"')[:3]).rstrip())
