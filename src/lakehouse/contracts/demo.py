"""A demo: what a workload shows of itself, step by step, with real data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class DemoOptions:
    """Options of the command, for every step.

    Attributes:
        began: start of the demo, UTC.
        data_dir: folder or .zip with published files; None for generated data.
        orders: orders to generate.
        seed: seed of generators.
        replace: replace data of another origin without asking.
    """

    began: dt.datetime
    data_dir: Path | None
    orders: int
    seed: int
    replace: bool


@dataclass(frozen=True)
class DemoStep:
    """One step of a demo.

    Attributes:
        heading: shown before it; empty if it goes on under the heading before.
        servers: profiles and folders of services/ that are started.
        action: `module:function` of the workload and the options that returns True if all that it
            reconciled agrees, or if it reconciled nothing; empty if servers are all.
    """

    heading: str = ""
    servers: tuple[str, ...] = ()
    action: str = ""


@dataclass(frozen=True)
class Demo:
    """The demo of a workload.

    Attributes:
        steps: its steps, in order.
        check: `module:function` that raises an error, before anything starts, if the demo cannot
            run here; empty if it always can.
        by_default: True if it is shown without being named.
    """

    steps: tuple[DemoStep, ...]
    check: str = ""
    by_default: bool = False
