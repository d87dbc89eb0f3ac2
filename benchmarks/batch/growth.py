"""Each layer's time at growing numbers of orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.batch.lake import STEPS, Filled, Lake


@dataclass(frozen=True)
class Growth:
    """Fills of growing size."""

    fills: list[Filled]

    @property
    def data_ratio(self) -> float:
        """How many times more rows the last fill has than the first."""
        return self.fills[-1].rows / self.fills[0].rows

    def time_ratio(self, step: str) -> float:
        """How many times longer a step took in the last fill than in the first."""
        return self.fills[-1].seconds[step] / self.fills[0].seconds[step]

    def as_dict(self) -> dict[str, object]:
        """For programs to read."""
        return {
            "rows": {fill.orders: fill.rows for fill in self.fills},
            "data_ratio": self.data_ratio,
            "seconds": {fill.orders: fill.seconds for fill in self.fills},
            "time_ratio": {step: self.time_ratio(step) for step in STEPS},
        }


def measure(lake: Lake, sizes: Sequence[int], warm_up: int) -> Growth:
    """Fill with each size, smallest first, after a small fill that warms the engine."""
    lake.filled(warm_up)
    return Growth([lake.filled(size, complete=True) for size in sorted(sizes)])
