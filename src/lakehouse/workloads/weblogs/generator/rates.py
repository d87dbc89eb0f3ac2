"""Declared rates of the funnel: the share of sessions that reach each of its steps.

Assumed, in the range that web shops commonly report: about half of all sessions look at a product,
one in eleven puts something into the cart, one in forty buys. The rates hold for the clickstream
as long as it has room for every click, as with the default share of clicks.
"""

from __future__ import annotations

from lakehouse.workloads.weblogs.contracts.streams import FUNNEL

REACHED = {"page_view": 1.0, "product_view": 0.48, "add_to_cart": 0.09, "purchase": 0.025}


def furthest_step(chance: float) -> int:
    """Number of the last step that a session reaches, for a chance from 0 to 1."""
    return max(number for step, number in FUNNEL.items() if chance < REACHED[step])
