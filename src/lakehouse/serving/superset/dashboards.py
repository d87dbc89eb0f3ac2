"""Dashboards: the charts of a page on a grid of twelve columns, and its filters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lakehouse.serving.superset.datasets import identity
from lakehouse.serving.superset.pages import Page

# in units of the grid, 8 pixels each
CARD_HEIGHT, CHART_HEIGHT = 20, 44
_ROOT, _GRID = "ROOT_ID", "GRID_ID"


def render(page: Page) -> dict[str, Any]:
    """The dashboard as Superset imports it."""
    return {
        "dashboard_title": page.name,
        "description": page.description,
        "slug": page.slug,
        "published": True,
        "uuid": identity("dashboard", page.slug),
        "position": _position(page),
        "metadata": {
            "cross_filters_enabled": True,
            "refresh_frequency": 0,
            "native_filter_configuration": list(_filters(page)),
        },
        "version": "1.0.0",
    }


def _position(page: Page) -> dict[str, Any]:
    rows = [f"ROW-{number}" for number, _ in enumerate(page.rows)]
    position: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        _ROOT: {"type": "ROOT", "id": _ROOT, "children": [_GRID]},
        _GRID: {"type": "GRID", "id": _GRID, "children": rows, "parents": [_ROOT]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": page.name}},
    }
    # the import puts the number that Superset gives a chart in the place of this one
    place = 0
    for row, content in zip(rows, page.rows, strict=True):
        cards = all(chart.kind == "card" for chart, _ in content)
        children = []
        for chart, width in content:
            place += 1
            name = f"CHART-{place}"
            children.append(name)
            position[name] = {
                "type": "CHART",
                "id": name,
                "children": [],
                "parents": [_ROOT, _GRID, row],
                "meta": {
                    "chartId": place,
                    "uuid": chart.identity,
                    "sliceName": chart.title,
                    "width": width,
                    "height": CARD_HEIGHT if cards else CHART_HEIGHT,
                },
            }
        position[row] = {
            "type": "ROW",
            "id": row,
            "children": children,
            "parents": [_ROOT, _GRID],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
    return position


def _filters(page: Page) -> Iterator[dict[str, Any]]:
    yield _filter(page, "Time", "filter_time", [{}])
    for label, dataset, column in page.filters:
        target = {"column": {"name": column}, "datasetUuid": dataset.identity}
        yield _filter(page, label, "filter_select", [target])


def _filter(page: Page, name: str, kind: str, targets: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": f"NATIVE_FILTER-{identity('filter', page.slug, name)[:8]}",
        "type": "NATIVE_FILTER",
        "name": name,
        "filterType": kind,
        "targets": targets,
        "scope": {"rootPath": [_ROOT], "excluded": []},
        "cascadeParentIds": [],
        "defaultDataMask": {"extraFormData": {}, "filterState": {}},
        "controlValues": {"enableEmptyFilter": False, "multiSelect": True},
        "description": "",
    }
