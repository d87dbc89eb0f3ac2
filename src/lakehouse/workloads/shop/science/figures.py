"""Pictures of the notebooks, in one style: what is measured is named on each axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

MAIN, SECOND = "#1f5a8a", "#d9822b"
_STYLE: dict[Any, Any] = {
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.prop_cycle": plt.cycler(color=[MAIN, SECOND]),
    "font.size": 10,
}
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def use_style() -> None:
    """Set the style for all figures that follow."""
    plt.rcParams.update(_STYLE)


def over_days(days: pd.DataFrame) -> Figure:
    """Orders a day, with the mean of seven days; of `purchase_date`, `order_count`."""
    figure, axes = _figure("Orders per day", "", "orders")
    counts = pd.Series(
        days["order_count"].to_numpy(), pd.DatetimeIndex(days["purchase_date"])
    ).asfreq("D", fill_value=0)
    axes.plot(counts.index, counts, color=MAIN, alpha=0.35, linewidth=0.8, label="a day")
    mean = counts.rolling(7, center=True).mean()
    axes.plot(mean.index, mean, color=MAIN, linewidth=1.8, label="mean of seven days")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
    return figure


def weekday_by_hour(counted: pd.DataFrame) -> Figure:
    """Heat map of `day_of_week`, `hour`, `order_count`."""
    figure, axes = _figure("Orders by weekday and hour", "hour, UTC", "")
    grid = np.zeros((7, 24))
    grid[counted["day_of_week"] - 1, counted["hour"]] = counted["order_count"]
    image = axes.imshow(grid, aspect="auto", cmap="Blues")
    axes.set_yticks(range(7), _WEEKDAYS)
    axes.set_xticks(range(0, 24, 3))
    figure.colorbar(image, ax=axes, label="orders")
    return figure


def bars(
    labels: Sequence[str], values: Sequence[float], title: str, unit: str, form: str = "{:,.0f}"
) -> Figure:
    """Horizontal bars, the first on top, each with its value written as `form` says."""
    figure, axes = _figure(title, unit, "", height=0.9 + 0.27 * len(labels))
    drawn = axes.barh(list(labels), [float(value) for value in values], color=MAIN)
    axes.bar_label(drawn, fmt=form, padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    return figure


def methods(trial: pd.DataFrame, measures: Sequence[str], title: str) -> Figure:
    """Measures of the methods of a trial side by side; one that is no number has no bar."""
    figure, axes = _figure(title, "", "0 to 1, more is better")
    width = 0.8 / len(trial)
    for place, (_, row) in enumerate(trial.iterrows()):
        at = np.arange(len(measures)) + place * width
        drawn = axes.bar(at, [row[name] for name in measures], width, label=row["method"])
        axes.bar_label(drawn, fmt="{:.3f}", padding=3)
    middle = np.arange(len(measures)) + width * (len(trial) - 1) / 2
    axes.set_xticks(middle, [name.replace("_", " and ") for name in measures])
    axes.margins(y=0.15)
    if trial[list(measures)].isna().all(axis=None):
        axes.set_ylim(0, 1)
        axes.text(0.5, 0.5, "no number", transform=axes.transAxes, ha="center")
    axes.legend(frameon=False)
    return figure


def _figure(title: str, x: str, y: str, height: float = 3.2) -> tuple[Figure, Axes]:
    figure, axes = plt.subplots(figsize=(8, height))
    axes.set(title=title, xlabel=x, ylabel=y)
    return figure, axes
