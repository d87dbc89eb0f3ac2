"""Datasets: a fact of gold with the columns of its dimensions beside it, made from the contracts.

Superset knows no relations between tables. So a dataset is a query: every column of a fact, and
those columns of its dimensions that people group and filter by, named after the role of the
dimension, such as `customer_state`. Keys and columns that tell something of a person are part of
the query, for measures to count, and are not offered to people.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from lakehouse.contracts.model import Column, Layer, Reference, Table
from lakehouse.registry import catalog
from lakehouse.serving.superset.measures import Measure

DATABASE_NAME = "Lakehouse gold"
_TIME_TYPES = ("DATE", "TIMESTAMP")


def identity(*names: str) -> str:
    """The same UUID for the same names: an import replaces what was imported before."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(("lakehouse", "superset", *names))))


@dataclass(frozen=True)
class Exploded:
    """A column that repeats each row of a fact, once per element of an array.

    Attributes:
        column: the element.
        array: Spark SQL of the array, over columns of the fact.
    """

    column: Column
    array: str


@dataclass(frozen=True)
class Dataset:
    """A fact, those of its references whose dimensions are joined, and what is counted on it.

    Attributes:
        fact: name of the fact in gold.
        time: the column that a dashboard's time range filters.
        joins: columns of the fact that point at the dimensions to join.
        measures: what is counted.
        exploded: repeats rows; such a dataset counts other things than one of the fact itself.
    """

    fact: str
    time: str
    joins: tuple[str, ...]
    measures: tuple[Measure, ...]
    exploded: Exploded | None = None

    @property
    def name(self) -> str:
        """The fact, with the column that repeats its rows."""
        return f"{self.fact}_by_{self.exploded.column.name}" if self.exploded else self.fact

    @property
    def table(self) -> Table:
        """The declared fact.

        Raises:
            UnknownTableError: gold has no such table.
        """
        return catalog.table(Layer.GOLD, self.fact)

    @property
    def identity(self) -> str:
        """Its UUID."""
        return identity("dataset", self.name)

    @property
    def columns(self) -> dict[str, Column]:
        """Every column of the query by name, keys and personal ones among them."""
        joined = [
            column for reference in self._joined() for column, _ in _brought(self.table, reference)
        ]
        repeated = [self.exploded.column] if self.exploded else []
        found = (*self.table.columns, *joined, *repeated)
        return {column.name: column for column in found}

    @property
    def offered(self) -> tuple[Column, ...]:
        """What people may group and filter by; of the keys, dates only."""
        return tuple(
            column
            for column in self.columns.values()
            if not column.personal and (not column.key or column.type == "DATE")
        )

    def sql(self) -> str:
        """The query behind the dataset."""
        chosen = [f"fact.{name}" for name in self.table.column_names]
        tables = [f"FROM {self.table.full_name} fact"]
        for reference in self._joined():
            role = _role(reference)
            chosen += [f"{sql} AS {column.name}" for column, sql in _brought(self.table, reference)]
            tables.append(
                f"JOIN {self.table.sibling(reference.table)} {role} "
                f"ON {role}.{reference.target} = fact.{reference.column}"
            )
        if self.exploded:
            name = self.exploded.column.name
            chosen.append(f"element.{name}")
            tables.append(f"LATERAL VIEW explode({self.exploded.array}) element AS {name}")
        columns = ",\n  ".join(chosen)
        return f"SELECT\n  {columns}\n" + "\n".join(tables)

    def render(self) -> dict[str, Any]:
        """The dataset as Superset imports it."""
        return {
            "table_name": self.name,
            "description": self.table.description,
            "main_dttm_col": self.time,
            "schema": self.table.database,
            "sql": self.sql(),
            "filter_select_enabled": True,
            "columns": [_column(column) for column in self.offered],
            "metrics": [measure.render() for measure in self.measures],
            "uuid": self.identity,
            "database_uuid": identity("database"),
            "version": "1.0.0",
        }

    def _joined(self) -> list[Reference]:
        """The references to join.

        Raises:
            KeyError: a join names no reference of the fact.
        """
        by_column = {reference.column: reference for reference in self.table.references}
        return [by_column[name] for name in self.joins]


def beside(role: str, column: str) -> str:
    """A dimension's column beside those of a fact: its role first, no word of it said twice.

    `state_name` in the role `customer_state` is `customer_state_name`.
    """
    words = role.split("_")
    for place in range(len(words)):
        end = "_".join(words[place:])
        if column == end or column.startswith(f"{end}_"):
            return "_".join([*words[:place], column])
    return f"{role}_{column}"


def _role(reference: Reference) -> str:
    """What the dimension is to the fact: `customer` for `customer_key`."""
    return reference.column.removesuffix("_key")


def _brought(fact: Table, reference: Reference) -> Iterator[tuple[Column, str]]:
    """Columns that a dimension adds, with the SQL that reads each."""
    role = _role(reference)
    for column in catalog.table(Layer.GOLD, fact.sibling(reference.table)).columns:
        if column.key:
            continue
        yield replace(column, name=beside(role, column.name)), f"{role}.{column.name}"


def _column(column: Column) -> dict[str, Any]:
    return {
        "column_name": column.name,
        "verbose_name": column.name.removesuffix("_key").replace("_", " ").capitalize(),
        "description": column.description,
        "type": column.type,
        "is_dttm": column.type in _TIME_TYPES,
        "is_active": True,
        "groupby": True,
        "filterable": True,
    }
