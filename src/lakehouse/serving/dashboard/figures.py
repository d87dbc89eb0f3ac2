"""Figures for Plotly as plain dictionaries; building them by its classes would cost far more.

Colours are those of Okabe and Ito, which people with any colour vision tell apart. Text, grid and
background are left to the style sheet, so that one figure serves light and dark pages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE = "#56B4E9", "#CC79A7"
SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, RED)
STATUS_COLOURS = {"1xx": PURPLE, "2xx": BLUE, "3xx": SKY, "4xx": ORANGE, "5xx": RED}
# ends of series that are not whole yet
_UNFINISHED = 0.45
_CLEAR = "rgba(0,0,0,0)"
_LONGEST_NAME = 26

Figure = dict[str, Any]
Points = Sequence[tuple[dt.datetime, float]]


def bars_over_time(
    series: Mapping[str, Points],
    colours: Mapping[str, str],
    width: dt.timedelta,
    until: dt.datetime,
    *,
    share: bool = False,
    money: bool = False,
) -> Figure:
    """Stacked bars of equal width; those that reach beyond `until` are paler.

    Args:
        series: points by name; a point's time is the start of its bar.
        colours: by name of the series.
        width: of a bar.
        until: the moment that the figures are of.
        share: percent of the bar's sum instead of numbers.
        money: amounts in BRL.
    """
    traces = [
        {
            "type": "bar",
            "name": name,
            "x": [moment.strftime("%Y-%m-%dT%H:%M:%S") for moment, _ in points],
            "y": [float(value) for _, value in points],
            "width": width.total_seconds() * 1000 * 0.86,
            "offset": 0,
            "marker": {
                "color": colours[name],
                "opacity": [_UNFINISHED if m + width > until else 1 for m, _ in points],
            },
            "hovertemplate": "%{y:,.2f}" if money else "%{y:,.1f} %" if share else "%{y:,}",
        }
        for name, points in series.items()
    ]
    figure = _figure(traces, legend=len(traces) > 1)
    figure["layout"] |= {"barmode": "stack", "hovermode": "x unified"}
    figure["layout"]["xaxis"] |= {"type": "date", "hoverformat": "%H:%M UTC"}
    figure["layout"]["yaxis"] |= {"rangemode": "tozero"}
    if share:
        figure["layout"]["barnorm"] = "percent"
        figure["layout"]["yaxis"] |= {"ticksuffix": " %", "range": [0, 100]}
    return figure


def ranking(
    rows: Iterable[tuple[str, float]],
    colour: str,
    *,
    money: bool = False,
    notes: Sequence[str] = (),
) -> Figure:
    """Lying bars with their names, the first on top; notes stand behind the values."""
    names, values = _split(rows)
    shown = [f"{value:,.0f}" for value in values]
    texts = [f"{text}  {note}" for text, note in zip(shown, notes, strict=True)] if notes else shown
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": values,
        "y": list(range(len(names))),
        "text": texts,
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": names,
        "marker": {"color": colour},
        "hovertemplate": "%{customdata}: %{x:,.2f}<extra></extra>"
        if money
        else "%{customdata}: %{x:,}<extra></extra>",
    }
    figure = _figure([trace], legend=False)
    figure["layout"]["yaxis"] |= {
        "autorange": "reversed",
        "tickvals": list(range(len(names))),
        "ticktext": [_short(name) for name in names],
        "showgrid": False,
        "ticklabelstandoff": 6,
    }
    # room for the values behind the bars
    highest = max(values, default=0) or 1
    figure["layout"]["xaxis"] |= {"range": [0, highest * 1.35], "showticklabels": False}
    return figure


def latencies(hops: Mapping[str, tuple[float, float]]) -> Figure:
    """Median and 99th percentile by hop, in milliseconds on a logarithmic axis."""
    names = list(hops)
    traces = [
        {
            "type": "scatter",
            "mode": "markers+text",
            "name": name,
            "x": [max(1.0, hops[hop][place]) for hop in names],
            "y": list(range(len(names))),
            "text": [f"{hops[hop][place]:,.0f}" for hop in names],
            "textposition": "top center",
            "cliponaxis": False,
            "marker": {"color": colour, "symbol": symbol, "size": 12},
            "hovertemplate": f"{name}: %{{x:,.0f}} ms<extra></extra>",
        }
        for place, (name, colour, symbol) in enumerate(
            (("median", BLUE, "circle"), ("99 of 100", ORANGE, "diamond"))
        )
    ]
    lines = {
        "type": "scatter",
        "mode": "lines",
        "x": [x for hop in names for x in (*(max(1.0, age) for age in hops[hop]), None)],
        "y": [y for number in range(len(names)) for y in (number, number, None)],
        "line": {"color": SKY, "width": 2},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    figure = _figure([lines, *traces], legend=True)
    figure["layout"]["xaxis"] |= {
        "type": "log",
        "title": {"text": "ms"},
        "showgrid": True,
        "dtick": 1,
    }
    figure["layout"]["yaxis"] |= {
        "range": [len(names) - 0.4, -0.7],
        "tickvals": list(range(len(names))),
        "ticktext": names,
        "showgrid": False,
        "ticklabelstandoff": 6,
    }
    return figure


def nothing(sentence: str) -> Figure:
    """An empty figure that says why it is empty."""
    figure = _figure([], legend=False)
    figure["layout"] |= {
        "annotations": [
            {"text": sentence, "showarrow": False, "xref": "paper", "yref": "paper", "x": 0.5,
             "y": 0.5}
        ]
    }  # fmt: skip
    for axis in ("xaxis", "yaxis"):
        figure["layout"][axis] = {"visible": False, "fixedrange": True}
    return figure


def _figure(traces: list[dict[str, Any]], *, legend: bool) -> Figure:
    axis = {"automargin": True, "fixedrange": True, "zeroline": False}
    return {
        "data": traces,
        "layout": {
            "autosize": True,
            "margin": {"l": 8, "r": 12, "t": 28 if legend else 8, "b": 8},
            "paper_bgcolor": _CLEAR,
            "plot_bgcolor": _CLEAR,
            "font": {"family": "system-ui, sans-serif", "size": 12},
            "showlegend": legend,
            "legend": {
                "orientation": "h",
                "x": 0,
                "y": 1.02,
                "yanchor": "bottom",
                "traceorder": "normal",
            },
            "xaxis": {**axis, "showgrid": False},
            "yaxis": {**axis, "showgrid": True},
            # what a viewer has hidden stays so when new figures come
            "uirevision": "kept",
        },
    }


def _split(rows: Iterable[tuple[str, float]]) -> tuple[list[str], list[float]]:
    listed = list(rows)
    return [name for name, _ in listed], [float(value) for _, value in listed]


def _short(name: str) -> str:
    """A name that leaves room for its bar: the end of a path tells more than its beginning."""
    if len(name) <= _LONGEST_NAME:
        return name
    return (
        "…" + name[-_LONGEST_NAME + 1 :]
        if name.startswith("/")
        else name[: _LONGEST_NAME - 1] + "…"
    )
