"""Charts: one figure or more of a dataset, drawn in one of a few ways.

What Superset is told of a chart is said twice in its files: `params` for its pages, and
`query_context`, the finished question, for its API. Both are made here from one declaration.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lakehouse.serving.superset.datasets import Dataset, identity

Settings = dict[str, Any]


@dataclass(frozen=True)
class Chart:
    """One chart of a page.

    Attributes:
        title: what stands above it; the chart's name.
        kind: how it is drawn, one of `KINDS`.
        dataset: what it asks.
        measures: names of measures of the dataset.
        category: column along the axis, or by which parts are told apart.
        split: further column; its values become series.
        grain: length of a step on an axis of time, as ISO 8601 writes a duration.
        where: Spark SQL that rows must satisfy, over columns of the dataset.
        rows: most rows that are asked for.
    """

    title: str
    kind: str
    dataset: Dataset
    measures: tuple[str, ...]
    category: str = ""
    split: str = ""
    grain: str = ""
    where: str = ""
    rows: int = 1000

    @property
    def identity(self) -> str:
        """Its UUID; titles are unique on all pages."""
        return identity("chart", self.title)

    def render(self) -> Settings:
        """The chart as Superset imports it.

        Raises:
            KeyError: there is no such kind, or the dataset has no such measure.
        """
        drawn = KINDS[self.kind]
        params = self._common() | drawn.settings(self) | {"viz_type": drawn.plugin}
        return {
            "slice_name": self.title,
            "viz_type": drawn.plugin,
            "params": params,
            "query_context": json.dumps(self._question(params), sort_keys=True),
            "uuid": self.identity,
            "dataset_uuid": self.dataset.identity,
            "version": "1.0.0",
        }

    def format(self) -> str:
        """How the first measure is written."""
        named = {measure.name: measure for measure in self.dataset.measures}
        return named[self.measures[0]].format

    def _common(self) -> Settings:
        filters: list[Settings] = [
            {
                "clause": "WHERE",
                "expressionType": "SIMPLE",
                "subject": self.dataset.time,
                "operator": "TEMPORAL_RANGE",
                "comparator": "No filter",
            }
        ]
        if self.where:
            filters.append(
                {"clause": "WHERE", "expressionType": "SQL", "sqlExpression": self.where}
            )
        return {
            "adhoc_filters": filters,
            "granularity_sqla": self.dataset.time,
            "time_range": "No filter",
            "row_limit": self.rows,
        }

    def _question(self, params: Settings) -> Settings:
        return {
            "datasource": {"id": 0, "type": "table"},
            "force": False,
            "form_data": params,
            "queries": [
                {
                    "columns": self._axes(),
                    "metrics": list(self.measures),
                    "orderby": [] if self.grain else [[self.measures[0], False]],
                    "row_limit": self.rows,
                    "granularity": self.dataset.time,
                    "time_range": "No filter",
                    "extras": {"where": f"({self.where})" if self.where else "", "having": ""},
                    "filters": [],
                }
            ],
            "result_format": "json",
            "result_type": "full",
        }

    def _axes(self) -> list[Any]:
        names: list[Any] = [name for name in (self.category, self.split) if name]
        if self.grain:
            names[0] = {
                "columnType": "BASE_AXIS",
                "expressionType": "SQL",
                "label": self.category,
                "sqlExpression": self.category,
                "timeGrain": self.grain,
            }
        return names


@dataclass(frozen=True)
class Kind:
    """A way to draw: Superset's plugin, and what it is told beside what all are told."""

    plugin: str
    settings: Callable[[Chart], Settings]


def _card(chart: Chart) -> Settings:
    return {
        "metric": chart.measures[0],
        "y_axis_format": chart.format(),
        "header_font_size": 0.4,
        "subheader_font_size": 0.15,
    }


def _over_time(chart: Chart) -> Settings:
    return {
        "x_axis": chart.category,
        "time_grain_sqla": chart.grain,
        "metrics": list(chart.measures),
        "groupby": [chart.split] if chart.split else [],
        "y_axis_format": chart.format(),
        "x_axis_time_format": "smart_date",
        "rich_tooltip": True,
        "show_legend": bool(chart.split) or len(chart.measures) > 1,
        "legendOrientation": "top",
        "truncateYAxis": False,
    }


def _columns_over_time(chart: Chart) -> Settings:
    return _over_time(chart) | {"stack": "Stack" if chart.split else None}


def _ranking(chart: Chart) -> Settings:
    return {
        "x_axis": chart.category,
        "metrics": list(chart.measures),
        "groupby": [chart.split] if chart.split else [],
        "orientation": "horizontal",
        "order_desc": True,
        "x_axis_sort": chart.measures[0],
        "x_axis_sort_asc": True,
        "y_axis_format": chart.format(),
        "show_value": True,
        "show_legend": False,
        "truncateYAxis": False,
    }


def _in_order(chart: Chart) -> Settings:
    """Columns side by side in the order of the category, a number."""
    return {
        "x_axis": chart.category,
        "metrics": list(chart.measures),
        "groupby": [chart.split] if chart.split else [],
        "xAxisForceCategorical": True,
        "x_axis_sort": chart.category,
        "x_axis_sort_asc": True,
        "y_axis_format": chart.format(),
        "show_legend": bool(chart.split),
        "stack": "Stack" if chart.split else None,
        "legendOrientation": "top",
        "truncateYAxis": False,
    }


def _parts(chart: Chart) -> Settings:
    return {
        "metric": chart.measures[0],
        "groupby": [chart.category],
        "sort_by_metric": True,
        "donut": True,
        "innerRadius": 40,
        "outerRadius": 65,
        "label_type": "percent",
        "show_labels": True,
        "show_labels_threshold": 4,
        "show_legend": True,
        "legendOrientation": "right",
        "number_format": chart.format(),
    }


def _steps(chart: Chart) -> Settings:
    return {
        "metric": chart.measures[0],
        "groupby": [chart.category],
        "sort_by_metric": True,
        "percent_calculation_type": "first_step",
        # name, value and percentage, which the plugin knows by number
        "label_type": 5,
        "tooltip_label_type": 5,
        "show_labels": True,
        "show_legend": False,
        "number_format": chart.format(),
    }


def _map(chart: Chart) -> Settings:
    return {
        "metric": chart.measures[0],
        "entity": chart.category,
        "select_country": "brazil",
        # holds as long as the dashboard names no scheme of its own
        "linear_color_scheme": "schemeBlues",
        "number_format": chart.format(),
    }


def _table(chart: Chart) -> Settings:
    return {
        "query_mode": "aggregate",
        "groupby": [name for name in (chart.category, chart.split) if name],
        "metrics": list(chart.measures),
        "timeseries_limit_metric": chart.measures[0],
        "order_desc": True,
        "show_cell_bars": True,
    }


KINDS: Mapping[str, Kind] = {
    "card": Kind("big_number_total", _card),
    "line": Kind("echarts_timeseries_line", _over_time),
    "columns": Kind("echarts_timeseries_bar", _columns_over_time),
    "ranking": Kind("echarts_timeseries_bar", _ranking),
    "in order": Kind("echarts_timeseries_bar", _in_order),
    "parts": Kind("pie", _parts),
    "steps": Kind("funnel", _steps),
    "map": Kind("country_map", _map),
    "table": Kind("table", _table),
}
