"""Expressions of Power BI's semantic queries: fields, literals, filters."""

from __future__ import annotations

from typing import Any

from lakehouse.serving.powerbi.placing import Field, Placed

Node = dict[str, Any]
_DESCENDING = 2


def by_entity(field: Field) -> Node:
    """A field of the model, named by its table."""
    return _expression(field, {"Entity": field.table})


def by_source(field: Field) -> Node:
    """A field of a query, named by the alias of its table there."""
    return _expression(field, {"Source": _alias(field.table)})


def literal(text: str) -> Node:
    """A text."""
    return {"Literal": {"Value": "'" + text.replace("'", "''") + "'"}}


def sources(*fields: Field) -> list[Node]:
    """The tables of a query, each with its alias."""
    tables = dict.fromkeys(field.table for field in fields)
    return [{"Name": _alias(table), "Entity": table, "Type": 0} for table in tables]


def filters(placed: Placed) -> list[Node]:
    """What a visual leaves out: named values, and all but its largest groups."""
    found = [_without(field, value) for field, value in placed.without]
    if placed.top is not None:
        found.append(_top(*placed.top))
    for number, each in enumerate(found):
        each["name"] = f"{placed.name}-{number + 1}"
    return found


def _expression(field: Field, source: Node) -> Node:
    kind = "Measure" if field.is_measure else "Column"
    return {kind: {"Expression": {"SourceRef": source}, "Property": field.name}}


def _alias(table: str) -> str:
    return table.replace(" ", "_").lower()


def _without(field: Field, value: str) -> Node:
    within = {"Expressions": [by_source(field)], "Values": [[literal(value)]]}
    condition = {"Not": {"Expression": {"In": within}}}
    return {
        "field": by_entity(field),
        "type": "Categorical",
        "filter": {
            "Version": 2,
            "From": sources(field),
            "Where": [{"Condition": condition}],
        },
    }


def _top(field: Field, count: int, by: Field) -> Node:
    inner = {
        "Version": 2,
        "From": sources(field, by),
        "Select": [by_source(field) | {"Name": "field"}],
        "OrderBy": [{"Direction": _DESCENDING, "Expression": by_source(by)}],
        "Top": count,
    }
    kept = {"Name": "subquery", "Expression": {"Subquery": {"Query": inner}}, "Type": 2}
    within = {
        "Expressions": [by_source(field)],
        "Table": {"SourceRef": {"Source": "subquery"}},
    }
    return {
        "field": by_entity(field),
        "type": "TopN",
        "filter": {
            "Version": 2,
            "From": [kept, *sources(field)],
            "Where": [{"Condition": {"In": within}}],
        },
    }
