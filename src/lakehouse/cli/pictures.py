"""Pictures for the terminal: sparkline, heat map, bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

_LEVELS = "▁▂▃▄▅▆▇█"
_SHADES = " ░▒▓█"
_WIDTH = 80
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_BAR = 30

Rows = Sequence[tuple[Any, ...]]


def sparkline(rows: Rows) -> Text:
    """Rows of (day, count) as one line; days are drawn together to fit, each as the highest."""
    if not rows:
        return Text("no rows")
    counts = [int(row[1]) for row in rows]
    step = -(-len(counts) // _WIDTH)
    peaks = [max(counts[i : i + step]) for i in range(0, len(counts), step)]
    highest = max(peaks) or 1
    line = "".join(_LEVELS[(len(_LEVELS) - 1) * peak // highest] for peak in peaks)
    days = "a day" if step == 1 else f"{step} days"
    return Text(f"{line}\n{rows[0][0]} to {rows[-1][0]}, a column {days}, highest {highest:,}")


def heat_map(rows: Rows) -> Text:
    """Rows of (weekday 1 to 7, hour, count) as seven lines of 24 cells."""
    counts = {(int(day), int(hour)): int(count) for day, hour, count in rows}
    highest = max(counts.values(), default=0) or 1
    hours = "".join(f"{hour:<6}" for hour in range(0, 24, 3))
    lines = [f"     {hours}"]
    for day, name in enumerate(_DAYS, start=1):
        shares = [counts.get((day, hour), 0) / highest for hour in range(24)]
        cells = "".join(_SHADES[round(share * (len(_SHADES) - 1))] * 2 for share in shares)
        lines.append(f"{name}  {cells}")
    return Text("\n".join([*lines, f"darkest: {highest:,}"]))


def bars(rows: Rows) -> Table:
    """Rows whose last value is money: all values, and a bar of the last."""
    table = Table(box=None, pad_edge=False, show_header=False)
    highest = max((float(row[-1]) for row in rows), default=0) or 1
    for row in rows:
        *labels, amount = row
        bar = "█" * max(1, round(_BAR * float(amount) / highest))
        named = [f"{label:,}" if isinstance(label, int) else str(label) for label in labels]
        table.add_row(*named, f"{amount:,.2f}", Text(bar, style="cyan"))
    return table
