"""Words of star schemas: keys, members of dimensions, and members that are not known.

Facts point at dimensions by integer keys that stay the same between runs; `-1` is the unknown
member, so no key is ever null. Dates are their own keys; `1900-01-01` is the unknown date.
"""

from __future__ import annotations

from lakehouse.contracts.model import Column, Reference, Severity

MONEY = "DECIMAL(12,2)"
UNKNOWN_KEY = -1
UNKNOWN_DATE = "1900-01-01"
UNKNOWN_TEXT = "unknown"
# Versions of a table that readers may still go back to; Delta refuses less than a week.
HISTORY_HOURS = 168


def key(name: str, description: str) -> Column:
    """A column that points at a dimension by its integer key, or that holds that key."""
    return Column(name, "BIGINT", description, nullable=False, derived=True, key=True)


def date_key(name: str, description: str) -> Column:
    """A column that points at a day."""
    return Column(name, "DATE", description, nullable=False, derived=True, key=True)


def member(column: str, dimension: str, target: str | None = None) -> Reference:
    """The promise that a key is a member of a dimension."""
    return Reference(column, dimension, target or column, Severity.FAIL)


def date_member(column: str) -> Reference:
    """The promise that a key is a day of the calendar."""
    return member(column, "dim_date", "date_key")
