"""Counts of what a writer or generator produced, which a reconciliation compares with."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass
class Counts:
    """Records that writers put into the source of one stream.

    Attributes:
        lines: lines, good and bad.
        bytes: bytes, line breaks included.
        malformed: bad lines by the reason their dead letter must name; None if unknown.
        late: good lines with a timestamp in the past.
        purchases: good lines with an amount.
        revenue: sum of those amounts.
        recovered: lines of `lines` of which only the number is known, as the writer was killed.
        file: the live log file at that time.
        position: bytes of it that are counted.
    """

    lines: int = 0
    bytes: int = 0
    malformed: dict[str, int] | None = field(default_factory=dict)
    late: int = 0
    purchases: int = 0
    revenue: Decimal = Decimal("0.00")
    recovered: int = 0
    file: str = ""
    position: int = 0

    def __add__(self, other: Counts) -> Counts:
        reasons = None
        if self.malformed is not None and other.malformed is not None:
            names = sorted(self.malformed.keys() | other.malformed.keys())
            reasons = {n: self.malformed.get(n, 0) + other.malformed.get(n, 0) for n in names}
        return Counts(
            self.lines + other.lines,
            self.bytes + other.bytes,
            reasons,
            self.late + other.late,
            self.purchases + other.purchases,
            self.revenue + other.revenue,
            self.recovered + other.recovered,
        )
