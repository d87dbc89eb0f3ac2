"""Where the warm engine's time goes: by table, and how much of it is collecting garbage."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

from benchmarks.measuring import Way, timed
from lakehouse.platform.java import find_jdk
from lakehouse.platform.settings import settings
from lakehouse.platform.supervise import Supervisor


@dataclass
class Profile:
    """Sums over all rounds: seconds by table, of the processor, of garbage collection."""

    tables: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    processor: float = 0
    garbage: float = 0

    def table(self, name: str, work: Way) -> None:
        """Do the work of one table and add its time."""
        self.tables[name] += timed(work)

    @contextmanager
    def round(self) -> Iterator[None]:
        """Add what the engine's process uses meanwhile."""
        pid = Supervisor(settings()).states()["spark"].pid
        processor, garbage = _processor_seconds(pid), _garbage_seconds(pid)
        yield
        self.processor += _processor_seconds(pid) - processor
        self.garbage += _garbage_seconds(pid) - garbage

    def notes(self) -> list[str]:
        """Shares of the engine's time, largest first."""
        wall = sum(self.tables.values())
        largest = sorted(self.tables.items(), key=lambda item: -item[1])
        shares = ", ".join(f"{name} {seconds / wall:.0%}" for name, seconds in largest)
        return [
            f"the engine's time by table: {shares}",
            f"the engine kept {self.processor / wall:.2f} cores busy; its threads stood still for "
            f"garbage collection in {self.garbage / wall:.0%} of the time",
        ]


def _processor_seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _garbage_seconds(pid: int) -> float:
    """Time of all collections of a JVM since its start, as its own counters have it."""
    command = [str(find_jdk() / "bin" / "jstat"), "-gcutil", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    names, values = (line.split() for line in answer.stdout.strip().splitlines())
    return float(dict(zip(names, values, strict=True))["GCT"])
