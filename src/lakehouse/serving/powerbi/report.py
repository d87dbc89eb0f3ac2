"""Writes the report as PBIR: a JSON file for the report, each page and each visual."""

from __future__ import annotations

import json
from typing import Any

from lakehouse.serving.powerbi.expressions import by_entity, filters, literal
from lakehouse.serving.powerbi.placing import HEIGHT, WIDTH, Field, Placed, placed
from lakehouse.serving.reports.model import Page
from lakehouse.serving.reports.pages import PAGES

Node = dict[str, Any]
_SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric/item/report/definition"
_VERSIONS = {
    "report": "3.1.0",
    "versionMetadata": "1.0.0",
    "pagesMetadata": "1.0.0",
    "page": "2.0.0",
    "visualContainer": "2.4.0",
}


def files() -> dict[str, str]:
    """Text of each file by its name below `definition/`."""
    found = {
        "version.json": _json("versionMetadata", {"version": "2.0.0"}),
        "report.json": _json("report", {"themeCollection": {}}),
        "pages/pages.json": _json(
            "pagesMetadata",
            {"pageOrder": [page.name for page in PAGES], "activePageName": PAGES[0].name},
        ),
    }
    for page in PAGES:
        folder = f"pages/{page.name}"
        found[f"{folder}/page.json"] = _json("page", _page(page))
        for number, each in enumerate(placed(page)):
            visual = _json("visualContainer", _visual(each, number))
            found[f"{folder}/visuals/{each.name}/visual.json"] = visual
    return found


def titled(placed: Placed) -> Node:
    """The frame of a visual: its title, also for those who hear the page."""
    text = {"expr": literal(placed.title)}
    shown = {"expr": {"Literal": {"Value": "true"}}}
    return {
        "title": [{"properties": {"show": shown, "text": text}}],
        "general": [{"properties": {"altText": text}}],
    }


def drop_down(placed: Placed) -> Node:
    """What belongs to the type alone: slicers open on a click."""
    if placed.type != "slicer":
        return {}
    return {"data": [{"properties": {"mode": {"expr": literal("Dropdown")}}}]}


def _page(page: Page) -> Node:
    return {
        "name": page.name,
        "displayName": page.title,
        "displayOption": "FitToPage",
        "height": HEIGHT,
        "width": WIDTH,
    }


def _visual(placed: Placed, number: int) -> Node:
    place = placed.place
    node: Node = {
        "name": placed.name,
        "position": {
            "x": place.x,
            "y": place.y,
            "z": number,
            "height": place.height,
            "width": place.width,
            "tabOrder": number,
        },
        "visual": {
            "visualType": placed.type,
            "query": _query(placed),
            "visualContainerObjects": titled(placed),
            "drillFilterOtherVisuals": True,
        },
    }
    if objects := drop_down(placed):
        node["visual"]["objects"] = objects
    if kept := filters(placed):
        node["filterConfig"] = {"filters": kept}
    return node


def _query(placed: Placed) -> Node:
    roles = {
        role: {"projections": [_projection(field) for field in fields]}
        for role, fields in placed.roles.items()
    }
    query: Node = {"queryState": roles}
    if placed.sort is not None:
        field, largest_first = placed.sort
        direction = "Descending" if largest_first else "Ascending"
        query["sortDefinition"] = {"sort": [{"field": by_entity(field), "direction": direction}]}
    return query


def _projection(field: Field) -> Node:
    return {
        "field": by_entity(field),
        "queryRef": field.reference,
        "nativeQueryRef": field.name,
    }


def _json(schema: str, node: Node) -> str:
    address = f"{_SCHEMAS}/{schema}/{_VERSIONS[schema]}/schema.json"
    return json.dumps({"$schema": address, **node}, indent=2) + "\n"
