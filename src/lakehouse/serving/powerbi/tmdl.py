"""Writes the semantic model as TMDL: tabs, one level a nesting, an object's properties first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from lakehouse.serving.powerbi.semantic import COMPATIBILITY, Node, model

_PLAIN = re.compile(r"\w+")
# properties that are written in a form of their own
_APART = frozenset(
    ("name", "description", "type", "expression", "source", "kind", "extendedProperties")
)
_CHILDREN = {"measures": "measure", "columns": "column", "partitions": "partition"}


def files() -> dict[str, str]:
    """Text of each file by its name below `definition/`."""
    whole = model()
    found = {
        "database.tmdl": f"database\n\tcompatibilityLevel: {COMPATIBILITY}\n",
        "model.tmdl": _text(_model(whole)),
        "expressions.tmdl": _text(_expressions(whole["expressions"])),
        "relationships.tmdl": _text(_relationships(whole["relationships"])),
    }
    for table in whole["tables"]:
        found[f"tables/{table['name']}.tmdl"] = _text(_object("table", table, 0))
    return found


def quoted(name: str) -> str:
    """A name, in quotes where it has other characters than letters, digits and underscores."""
    return name if _PLAIN.fullmatch(name) else "'" + name.replace("'", "''") + "'"


def _text(lines: Iterator[str]) -> str:
    return "\n".join(lines).rstrip("\n") + "\n"


def _model(whole: Node) -> Iterator[str]:
    yield "model Model"
    for name in ("culture", "defaultPowerBIDataSourceVersion", "sourceQueryCulture"):
        yield f"\t{name}: {whole[name]}"
    yield ""
    for table in whole["tables"]:
        yield f"ref table {quoted(table['name'])}"


def _expressions(expressions: list[Node]) -> Iterator[str]:
    for each in expressions:
        yield f"/// {each['description']}"
        yield f"expression {quoted(each['name'])} = {each['expression']}"
        yield ""


def _relationships(relationships: list[Node]) -> Iterator[str]:
    for each in relationships:
        yield f"relationship {quoted(each['name'])}"
        yield from _properties(
            {key: each[key] for key in ("isActive", "relyOnReferentialIntegrity") if key in each},
            1,
        )
        for end in ("from", "to"):
            column = f"{quoted(each[f'{end}Table'])}.{quoted(each[f'{end}Column'])}"
            yield f"\t{end}Column: {column}"
        yield ""


def _object(kind: str, node: Node, depth: int) -> Iterator[str]:
    """An object with its description above, its properties, then what it holds."""
    tabs = "\t" * depth
    if "description" in node:
        yield f"{tabs}/// {node['description']}"
    yield f"{tabs}{kind} {quoted(node['name'])}{_assigned(node)}"
    yield from _properties(
        {key: value for key, value in node.items() if key not in (*_APART, *_CHILDREN)}, depth + 1
    )
    for each in node.get("extendedProperties", ()):
        yield ""
        yield f"{tabs}\textendedProperty {each['name']} = {json.dumps(each['value'])}"
    yield from _source(node.get("source"), depth + 1)
    yield ""
    for children, word in _CHILDREN.items():
        for child in node.get(children, ()):
            yield from _object(word, child, depth + 1)


def _assigned(node: Node) -> str:
    """What stands behind the name: the DAX of a measure, the kind of a partition."""
    if "source" in node:
        return f" = {node['source']['type']}"
    return f" = {node['expression']}" if "expression" in node else ""


def _properties(properties: Node, depth: int) -> Iterator[str]:
    for name, value in properties.items():
        tabs = "\t" * depth
        if value is True:
            yield f"{tabs}{name}"
        else:
            yield f"{tabs}{name}: {json.dumps(value) if isinstance(value, bool) else value}"


def _source(source: Node | None, depth: int) -> Iterator[str]:
    if source is None:
        return
    tabs = "\t" * depth
    lines = source["expression"].split("\n")
    if len(lines) == 1:
        yield f"{tabs}source = {lines[0]}"
        return
    yield f"{tabs}source ="
    for line in lines:
        yield f"{tabs}\t\t{line}"
