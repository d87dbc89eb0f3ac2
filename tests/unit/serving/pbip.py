"""Reads a Power BI project from its files, and tells which fields it names that do not exist."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tmdl_parser import TmdlParser

from lakehouse.contracts.model import Layer
from lakehouse.registry import catalog

MODEL = Path("Lakehouse.SemanticModel/definition")
REPORT = Path("Lakehouse.Report/definition")
_SOURCE_TABLE = re.compile(r'Name = "(\w+)", Kind = "Table"')
_GOLD = {table.name: set(table.column_names) for table in catalog.LAYERS[Layer.GOLD]}


def tables(folder: Path) -> dict[str, dict[str, Any]]:
    """What a published parser reads of each table file, by the table's name."""
    found = {}
    for file in sorted((folder / MODEL / "tables").glob("*.tmdl")):
        table = TmdlParser(str(file)).parse()
        found[_bare(table["name"])] = table | {"file": file}
    return found


def problems(folder: Path) -> list[str]:
    """Every field that is named and does not exist, with the file that names it."""
    return [
        f"{file.relative_to(folder)}: {told}"
        for file, told in [*_sources(folder), *_relationships(folder), *_visuals(folder)]
    ]


def fields(folder: Path) -> dict[str, set[str]]:
    """Columns and measures of the model by table."""
    return {
        name: {
            _bare(each["name"]) for kind in ("columns", "measures") for each in table.get(kind, ())
        }
        for name, table in tables(folder).items()
    }


def _bare(name: str) -> str:
    """A name without the quotes that the parser leaves around it."""
    return name.strip("'")


def _sources(folder: Path) -> Iterator[tuple[Path, str]]:
    """Columns of the model that the gold table behind them does not have."""
    for table in tables(folder).values():
        file: Path = table["file"]
        named = _SOURCE_TABLE.search(file.read_text("utf-8"))
        if named is None:
            continue
        if named.group(1) not in _GOLD:
            yield file, f"gold has no table {named.group(1)}"
            continue
        for column in table["columns"]:
            if column["sourceColumn"] not in _GOLD[named.group(1)]:
                yield file, f"gold.{named.group(1)} has no column {column['sourceColumn']}"


def _relationships(folder: Path) -> Iterator[tuple[Path, str]]:
    file, known = folder / MODEL / "relationships.tmdl", fields(folder)
    for table, column in re.findall(r"Column: (\w+)\.(\w+)", file.read_text("utf-8")):
        if column not in known.get(table, ()):
            yield file, f"the model has no {table}.{column}"


def _visuals(folder: Path) -> Iterator[tuple[Path, str]]:
    known = fields(folder)
    for file in sorted((folder / REPORT).glob("pages/*/visuals/*/visual.json")):
        visual = json.loads(file.read_text("utf-8"))
        for table, name in _named(visual):
            if name not in known.get(table, ()):
                yield file, f"the model has no {table}.{name}"


def _named(node: Any) -> Iterator[tuple[str, str]]:
    """Table and name of every field below a node of JSON, aliases of queries included."""
    if isinstance(node, dict):
        if "Property" in node:
            source = node["Expression"]["SourceRef"]
            yield source.get("Entity") or source["Source"], node["Property"]
        for value in node.values():
            yield from _named(value)
    elif isinstance(node, list):
        for value in node:
            yield from _named(value)
