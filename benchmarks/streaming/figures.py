"""What a measurement leaves: latencies in milliseconds, rates, and cores kept busy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import psutil

from lakehouse.platform.settings import Settings
from lakehouse.platform.supervise import Supervisor


@dataclass(frozen=True)
class Latencies:
    """How long events took, in milliseconds."""

    events: int
    p50: float
    p99: float
    highest: float


def latencies(milliseconds: Sequence[float]) -> Latencies:
    """Median, 99th percentile and maximum of what was seen; of nothing, not a number."""
    ordered = sorted(milliseconds) or [float("nan")]
    last = len(ordered) - 1
    p50, p99 = (ordered[min(last, round(last * share))] for share in (0.5, 0.99))
    return Latencies(len(milliseconds), p50, p99, ordered[-1])


@dataclass
class Busy:
    """Cores that processes keep busy from `start` until `cores` is asked for."""

    pids: dict[str, int]
    _before: dict[str, float] = field(default_factory=dict)

    def start(self) -> None:
        """Begin to count."""
        self._before = {name: family_seconds(pid) for name, pid in self.pids.items()}

    def cores(self, seconds: float) -> dict[str, float]:
        """Cores by process, over so many seconds since the start."""
        return {
            name: (family_seconds(pid) - self._before[name]) / seconds
            for name, pid in self.pids.items()
        }


def family_seconds(pid: int) -> float:
    """Processor seconds that a process and those it started have used."""
    root = psutil.Process(pid)
    total = 0.0
    for process in (root, *root.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def server_pids(config: Settings, *names: str) -> dict[str, int]:
    """Processes of servers that run."""
    states = Supervisor(config).states()
    return {name: states[name].pid for name in names if name in states and states[name].pid}
