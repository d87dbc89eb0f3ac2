"""The demo of the workload."""

from __future__ import annotations

from lakehouse.contracts.demo import Demo, DemoOptions, DemoStep
from lakehouse.contracts.workload import Workload

DEMO = Demo((DemoStep("Trinkets", ("kafka",), "lakehouse.workloads.trinkets.demo:sell"),))


def sell(workload: Workload, options: DemoOptions) -> bool:
    """Sell some trinkets."""
    return True
