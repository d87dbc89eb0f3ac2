"""Result of one comparison of a reconciliation. Pure: nothing here reads from a server."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

Figure = int | Decimal


@dataclass(frozen=True)
class Line:
    """One comparison: the expected value, the value found, and how the expected side adds up."""

    hop: str
    table: str
    subject: str
    expected: Figure
    found: Figure
    how: str

    @property
    def balanced(self) -> bool:
        """True if both sides agree."""
        return self.expected == self.found
