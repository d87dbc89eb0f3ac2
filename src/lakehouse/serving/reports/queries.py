"""The query of each visual in Spark SQL, made from measures, attributes and references."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lakehouse.contracts.ddl import literal
from lakehouse.contracts.model import Column, Layer, Reference, Table
from lakehouse.registry import catalog
from lakehouse.serving.reports.measures import PARAMETERS, measure
from lakehouse.serving.reports.model import Attribute, Kind, Visual
from lakehouse.serving.reports.pages import PAGES

# kinds whose groups stand in the order of the category; others put the largest first
IN_ORDER = (Kind.LINE, Kind.COLUMN)
DEFAULTS: Mapping[str, float] = {each.name: each.default for each in PARAMETERS}


class BadReportError(ValueError):
    """A visual names what does not exist, or mixes facts; the message names both."""


def all_visuals() -> Iterator[tuple[str, Visual]]:
    """Every visual with a full name, such as `warehouse/revenue`."""
    for page in PAGES:
        for visual in page.visuals:
            yield f"{page.name}/{visual.name}", visual


def fact(visual: Visual) -> Table:
    """The fact that a visual's measures are computed from.

    Raises:
        BadReportError: they are of several.
        UnknownMeasureError: a measure is not declared.
    """
    names = {measure(name).table for name in visual.measures}
    if len(names) != 1:
        raise BadReportError(f"visual {visual.name} mixes {', '.join(sorted(names))}")
    return catalog.table(Layer.GOLD, names.pop())


def reference(table: Table, key: str) -> Reference:
    """Where a key of a table leads.

    Raises:
        BadReportError: the table has no such key.
    """
    for each in table.references:
        if each.column == key:
            return each
    raise BadReportError(f"{table.full_name} has no key {key}")


def column(table: Table, attribute: Attribute) -> Column:
    """The column behind an attribute of a fact.

    Raises:
        BadReportError: there is no such key or column.
    """
    holder = table
    if attribute.key:
        holder = catalog.table(Layer.GOLD, table.sibling(reference(table, attribute.key).table))
    try:
        return holder.column(attribute.column)
    except KeyError as error:
        raise BadReportError(str(error.args[0])) from None


def wide(table: Table, attributes: Iterable[Attribute]) -> str:
    """A SELECT of a fact's rows, and beside its columns those attributes that dimensions hold.

    Such a column is called as `Attribute.name` says, so that no two are called alike.

    Raises:
        BadReportError: there is no such key or column.
    """
    joined = [each for each in dict.fromkeys(attributes) if each.key]
    selected, joins = ["fact.*"], []
    for key in dict.fromkeys(each.key for each in joined):
        to, alias = reference(table, key), key.removesuffix("_key")
        joins.append(f"JOIN gold.{to.table} AS {alias} ON {alias}.{to.target} = fact.{to.column}")
        for each in joined:
            if each.key == key:
                column(table, each)
                selected.append(f"{alias}.{each.column} AS {each.name}")
    return "\n".join([f"SELECT {', '.join(selected)}", f"FROM {table.full_name} AS fact", *joins])


def query(visual: Visual, values: Mapping[str, float] = DEFAULTS) -> str:
    """What a visual shows, its category first and then its measures.

    Args:
        visual: the visual.
        values: of the parameters, by name.

    Raises:
        BadReportError: the visual names what does not exist, or mixes facts.
        UnknownMeasureError: a measure is not declared.
    """
    table = fact(visual)
    used = [without.attribute for without in visual.without]
    figures = [f"{sql(name, values)} AS `{name}`" for name in visual.measures]
    if visual.category is None:
        return _assembled(table, used, figures, visual)
    column(table, visual.category)
    grouped = [f"{visual.category.name} AS `{visual.category.column}`", *figures]
    return _assembled(table, [visual.category, *used], grouped, visual)


def sql(name: str, values: Mapping[str, float] = DEFAULTS) -> str:
    """A measure's Spark SQL with values for its parameters."""
    text = measure(name).sql
    for parameter, value in values.items():
        text = text.replace(f"{{{parameter}}}", f"{value}BD")
    return text


def _assembled(table: Table, used: list[Attribute], selected: list[str], visual: Visual) -> str:
    joined = any(attribute.key for attribute in used)
    source = f"({wide(table, used)})" if joined else table.full_name
    lines = [f"SELECT {', '.join(selected)}", f"FROM {source}"]
    kept = [f"{each.attribute.name} <> {literal(each.value)}" for each in visual.without]
    if kept:
        lines.append(f"WHERE {' AND '.join(kept)}")
    if visual.category is not None:
        largest = "" if visual.kind in IN_ORDER else f"`{visual.measures[0]}` DESC, "
        lines += [
            f"GROUP BY {visual.category.name}",
            f"ORDER BY {largest}`{visual.category.column}`",
        ]
    if visual.top:
        lines.append(f"LIMIT {visual.top}")
    return "\n".join(lines)
