"""Times in seconds, taken in interleaved pairs so that both sides meet the same machine."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import psutil

Way = Callable[[], object]


@dataclass
class Comparison:
    """Several ways of doing the same work.

    Attributes:
        title: what was compared.
        seconds: times of each way, one a round.
        base: the way that the others are compared with.
        notes: what one must know to read the figures.
    """

    title: str
    base: str
    seconds: dict[str, list[float]]
    notes: list[str] = field(default_factory=list)

    def median(self, way: str) -> float:
        """Median time of a way."""
        return statistics.median(self.seconds[way])

    def ratio(self, way: str) -> float:
        """Median of the ratios that this way and the base had in each round."""
        pairs = zip(self.seconds[way], self.seconds[self.base], strict=True)
        return statistics.median(one / base for one, base in pairs)


def timed(work: Way) -> float:
    """Wall time of a piece of work."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def interleaved(
    title: str, base: str, ways: Mapping[str, Mapping[str, Way]], rounds: int
) -> Comparison:
    """Do every piece of work in every way, piece by piece, and in changing order.

    Args:
        title: what is compared.
        base: the way that the others are compared with.
        ways: for each way the pieces of work by name, alike in all.
        rounds: how often; each gives one ratio.
    """
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(rounds):
        order = list(ways) if number % 2 == 0 else list(ways)[::-1]
        total = dict.fromkeys(ways, 0.0)
        for piece in ways[base]:
            for way in order:
                total[way] += timed(ways[way][piece])
        for way, spent in total.items():
            seconds[way].append(spent)
        told = ", ".join(f"{way} {spent:.2f} s" for way, spent in total.items())
        tell(f"{title}: round {number + 1} of {rounds}: {told}")
    return Comparison(title, base, seconds)


def machine() -> str:
    """Cores, memory and architecture."""
    memory = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.machine()}"


def tell(line: str) -> None:
    """Progress, beside the result."""
    print(f"  {line}", file=sys.stderr, flush=True)
