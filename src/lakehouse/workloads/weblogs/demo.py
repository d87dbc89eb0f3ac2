"""Demo of the logs: a minute of visitors, watched live, reconciled, and asked about."""

from __future__ import annotations

import contextlib
import datetime as dt
import subprocess
import sys
import time
from collections import Counter

from lakehouse.cli.common import console, heading, print_whole, say
from lakehouse.contracts.demo import Demo, DemoOptions, DemoStep
from lakehouse.contracts.workload import Workload

_HERE = "lakehouse.workloads.weblogs.demo"
DEMO = Demo(
    (
        DemoStep("Streams: servers", servers=("stream",)),
        DemoStep("Streams: a minute of visitors", action=f"{_HERE}:write"),
        DemoStep(action="lakehouse.cli.demo_steps:streams_to_gold"),
        DemoStep(action=f"{_HERE}:show_answers"),
    ),
    check="lakehouse.cli.containers:require_own_logs",
    by_default=True,
)
RATE = 1_000
SECONDS = 60
_LOOK_EVERY = 5.0
# where the output is no terminal, fewer looks tell as much
_TELL_EVERY = 20.0


def write(workload: Workload, options: DemoOptions) -> bool:
    """Write logs for a minute, and show what becomes of them."""
    say(f"{RATE:,} lines a second for {SECONDS} s, 1 % of them malformed, 2 % late")
    command = [
        # an image has no launcher
        *(sys.executable, "-m", "lakehouse"),
        "stream",
        "write",
        f"--rate={RATE}",
        f"--duration={SECONDS}",
    ]
    writer = subprocess.Popen(
        [*command, "--malformed=1", "--late=2"], stdout=subprocess.PIPE, text=True
    )
    _watch(writer)
    told, _ = writer.communicate()
    say(told.strip())
    return True


def _watch(writer: subprocess.Popen[str]) -> None:
    from rich.live import Live

    from lakehouse.cli.watching import picture
    from lakehouse.serving.stream_watch import Watcher

    with contextlib.closing(Watcher()) as watcher, contextlib.ExitStack() as shown:
        # rates are counted from one look to the next
        watcher.look()
        live = None
        if console.is_terminal:
            live = shown.enter_context(Live(console=console, auto_refresh=False))
        while writer.poll() is None:
            time.sleep(_LOOK_EVERY if live else _TELL_EVERY)
            look = watcher.look()
            if live:
                live.update(picture(look), refresh=True)
            elif writer.poll() is None:
                print_whole(picture(look))


def show_answers(workload: Workload, options: DemoOptions) -> bool:
    """Show what the live tables hold of this demo."""
    for title, question, unit in (
        ("Live from Cassandra: what visitors did", "events_by_type", "events"),
        ("Live from Cassandra: how requests ended", "status_mix", "requests"),
        ("Live from Cassandra: pages asked for most", "top_pages", "requests"),
    ):
        heading(title)
        for dimension, count in _totals(question, options.began).most_common(8):
            say(f"{count:>9,} {unit}  {dimension}")
    return True


def _totals(question: str, began: dt.datetime) -> Counter[str]:
    from lakehouse.serving.live import ask

    first_minute = began.replace(second=0, microsecond=0)
    counts: dict[tuple[dt.datetime, str], int] = {}
    # figures lie by the hour or by the day: the run may have crossed the end of either
    for moment in (began, dt.datetime.now(dt.UTC)):
        answer = ask(question, moment)
        for row in answer.rows:
            figure = dict(zip(answer.columns, row, strict=True))
            if (start := figure["window_start"].replace(tzinfo=dt.UTC)) >= first_minute:
                counts[start, figure["dimension"]] = figure["event_count"]
    totals: Counter[str] = Counter()
    for (_, dimension), count in counts.items():
        totals[dimension] += count
    return totals
