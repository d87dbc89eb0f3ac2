"""Functions that the declaration names; the tests that use it call none of them."""

from __future__ import annotations

from typing import Any


def parsed(raw: Any, accepted: Any) -> Any:
    """Events of raw messages."""
    return raw


def daily(clean: Any, stream: Any) -> Any:
    """Revenue by day and product."""
    return clean
