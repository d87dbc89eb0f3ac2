"""The star as Power BI holds it: a table a role, and relationships that are never ambiguous."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from lakehouse.contracts.model import Column, Layer, Reference, Table
from lakehouse.registry import catalog
from lakehouse.serving.reports import queries
from lakehouse.serving.reports.model import Attribute

# one model, of the databases named after a layer: in it a table's name is unique
GOLD = tuple(table for table in catalog.LAYERS[Layer.GOLD] if table.namespace.plain)


@dataclass(frozen=True)
class ModelTable:
    """A gold table in one of its roles.

    Attributes:
        name: name in the model; that of the gold table where it has one role only.
        source: the gold table behind it.
    """

    name: str
    source: Table

    @property
    def description(self) -> str:
        """What a row means, and in which role."""
        if self.name == self.source.name:
            return self.source.description
        return f"{self.source.description}; here as {self.name.replace('_', ' ')}"

    def is_hidden(self, column: Column) -> bool:
        """Whether people who build reports do without the column: keys, but not the day itself."""
        return column.key and not (self.source.is_calendar and column.name in self.source.grain)


@dataclass(frozen=True)
class Relationship:
    """Many rows of one table to one of another.

    Attributes:
        table: name of the table of the many.
        column: its key.
        to_table: name of the table of the one.
        to_column: the key there.
        active: whether filters follow it; of two ways to a table, only one does.
    """

    table: str
    column: str
    to_table: str
    to_column: str
    active: bool

    @property
    def name(self) -> str:
        """A name that no other relationship has."""
        return f"{self.table}_{self.column}"


def role(table: Table, reference: Reference) -> str:
    """Name of the model's table that a reference of a gold table leads to."""
    if catalog.table(Layer.GOLD, table.sibling(reference.table)).is_calendar:
        return reference.column.removesuffix("_key")
    if table.is_dimension and len(_dimensions_that_name(reference.table)) > 1:
        return f"{_bare(table.name)}_{_bare(reference.table)}"
    return reference.table


@functools.cache
def tables() -> tuple[ModelTable, ...]:
    """Every table of the model, once a role, in the order of the contracts."""
    roles: dict[str, list[str]] = {table.name: [] for table in GOLD}
    for table in GOLD:
        for reference in table.references:
            name = role(table, reference)
            if name not in roles[reference.table]:
                roles[reference.table].append(name)
    return tuple(ModelTable(name, t) for t in GOLD for name in roles[t.name] or [t.name])


@functools.cache
def relationships() -> tuple[Relationship, ...]:
    """Every reference of gold, from each table of the model that has it."""
    return tuple(
        Relationship(
            table.name,
            reference.column,
            role(table.source, reference),
            reference.target,
            _is_active(table.source, reference),
        )
        for table in tables()
        for reference in table.source.references
    )


def field(fact: Table, attribute: Attribute) -> tuple[str, str]:
    """Table and column of the model behind an attribute of a fact.

    Raises:
        lakehouse.serving.reports.queries.BadReportError: there is no such key or column.
    """
    column = queries.column(fact, attribute)
    if not attribute.key:
        return fact.name, column.name
    return role(fact, queries.reference(fact, attribute.key)), column.name


def _is_active(table: Table, reference: Reference) -> bool:
    """Not from fact to fact, nor from dimension to dimension where a fact reaches both itself."""
    if not table.is_dimension:
        return reference.table.startswith("dim_")
    name = role(table, reference)
    reached = [{role(fact, each) for each in fact.references} for fact in GOLD]
    return not any({table.name, name} <= both for both in reached)


def _dimensions_that_name(target: str) -> list[Table]:
    return [t for t in GOLD if t.is_dimension and target in {r.table for r in t.references}]


def _bare(name: str) -> str:
    return name.removeprefix("dim_")
