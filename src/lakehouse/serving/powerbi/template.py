"""Packs model and report into a template file (.pbit), for who opens one file and no folder.

The form is not documented; it follows what Power BI Desktop writes: an OPC package whose parts
are JSON in UTF-16.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from lakehouse.serving.powerbi.expressions import by_source, filters, sources
from lakehouse.serving.powerbi.placing import HEIGHT, WIDTH, Placed, placed
from lakehouse.serving.powerbi.report import drop_down, titled
from lakehouse.serving.powerbi.semantic import COMPATIBILITY, model
from lakehouse.serving.reports.model import Page
from lakehouse.serving.reports.pages import PAGES

Node = dict[str, Any]
_PARTS = "http://schemas.openxmlformats.org/package/2006/content-types"
_NAMES = ("Version", "DataModelSchema", "Report/Layout", "Settings", "Metadata")
_ASCENDING, _DESCENDING = 1, 2
# the same bytes for the same model, whenever it is made
_MOMENT = (2026, 1, 1, 0, 0, 0)


def package() -> bytes:
    """The template file."""
    contents = {
        "Version": "1.28",
        "DataModelSchema": json.dumps(_schema(), indent=2),
        "Report/Layout": json.dumps(_layout()),
        "Settings": json.dumps({"Version": 4, "ReportSettings": {}, "QueriesSettings": {}}),
        "Metadata": json.dumps({"Version": 5, "AutoCreatedRelationships": []}),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _write(archive, "[Content_Types].xml", _content_types().encode("utf-8"))
        for name in _NAMES:
            _write(archive, name, contents[name].encode("utf-16-le"))
    return buffer.getvalue()


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def _content_types() -> str:
    parts = "".join(f'<Override PartName="/{name}" ContentType="" />' for name in _NAMES)
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<Types xmlns="{_PARTS}"><Default Extension="json" ContentType="" />{parts}</Types>'
    )


def _schema() -> Node:
    return {"name": "Lakehouse", "compatibilityLevel": COMPATIBILITY, "model": model()}


def _layout() -> Node:
    return {
        "id": 0,
        "resourcePackages": [],
        "sections": [_section(page, number) for number, page in enumerate(PAGES)],
        "config": json.dumps({"version": "5.59", "activeSectionIndex": 0}),
        "layoutOptimization": 0,
    }


def _section(page: Page, number: int) -> Node:
    return {
        "name": page.name,
        "displayName": page.title,
        "ordinal": number,
        "filters": "[]",
        "config": "{}",
        "displayOption": 1,
        "width": WIDTH,
        "height": HEIGHT,
        "visualContainers": [_container(each, z) for z, each in enumerate(placed(page))],
    }


def _container(placed: Placed, z: int) -> Node:
    place = placed.place
    position = {"x": place.x, "y": place.y, "z": z, "width": place.width, "height": place.height}
    config = {
        "name": placed.name,
        "layouts": [{"id": 0, "position": position}],
        "singleVisual": {
            "visualType": placed.type,
            "projections": {
                role: [{"queryRef": field.reference} for field in fields]
                for role, fields in placed.roles.items()
            },
            "prototypeQuery": _query(placed),
            "drillFilterOtherVisuals": True,
            "objects": drop_down(placed),
            "vcObjects": titled(placed),
        },
    }
    kept = [
        {("expression" if key == "field" else key): value for key, value in each.items()}
        for each in filters(placed)
    ]
    return position | {"config": json.dumps(config), "filters": json.dumps(kept)}


def _query(placed: Placed) -> Node:
    fields = [field for fields in placed.roles.values() for field in fields]
    query: Node = {
        "Version": 2,
        "From": sources(*fields),
        "Select": [by_source(field) | {"Name": field.reference} for field in fields],
    }
    if placed.sort is not None:
        field, largest_first = placed.sort
        direction = _DESCENDING if largest_first else _ASCENDING
        query["OrderBy"] = [{"Direction": direction, "Expression": by_source(field)}]
    return query
