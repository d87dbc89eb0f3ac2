"""The words in which a report is declared: measures, attributes, visuals, pages.

Nothing here belongs to one tool. Power BI, Superset and the tests read the same declaration.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    """How a figure is written."""

    MONEY = "money"
    COUNT = "count"
    SHARE = "share"
    DECIMAL = "decimal"
    BYTES = "bytes"


class Kind(StrEnum):
    """How a visual shows its figures."""

    NUMBER = "number"
    LINE = "line"
    COLUMN = "column"
    BAR = "bar"
    DONUT = "donut"
    FUNNEL = "funnel"
    TABLE = "table"


@dataclass(frozen=True)
class Parameter:
    """A number that a reader of the report moves.

    Attributes:
        name: its name, also where SQL names it in braces.
        title: what people read.
        low: least value.
        high: largest value.
        step: from one value to the next.
        default: value until somebody moves it.
        description: what it means.
    """

    name: str
    title: str
    low: float
    high: float
    step: float
    default: float
    description: str


@dataclass(frozen=True)
class Measure:
    """A figure over the rows of one fact.

    Attributes:
        name: what people read; unique.
        table: the fact whose rows it is computed from.
        sql: Spark SQL over columns of the fact; a parameter stands in braces.
        dax: the same figure for Power BI.
        format: how it is written.
        description: meaning, with the unit where it has one.
    """

    name: str
    table: str
    sql: str
    dax: str
    format: Format
    description: str


@dataclass(frozen=True)
class Attribute:
    """A column to group or filter by.

    Attributes:
        column: the column's name.
        key: the column of the fact that leads to the dimension; empty for a column of the fact.
    """

    column: str
    key: str = ""

    @property
    def name(self) -> str:
        """Its name beside the fact's own columns, such as `purchase_date_year_month`.

        A role that ends with the column's name is name enough: `customer_state`.
        """
        if not self.key:
            return self.column
        role = self.key.removesuffix("_key")
        return role if role.endswith(f"_{self.column}") else f"{role}_{self.column}"


@dataclass(frozen=True)
class Without:
    """Rows that a visual leaves out: those where an attribute has this value."""

    attribute: Attribute
    value: str


@dataclass(frozen=True)
class Visual:
    """One figure, chart or table of a page.

    Attributes:
        name: name of its files; unique in its page.
        title: what people read.
        kind: how it is drawn.
        measures: names of measures, all of one fact.
        category: what the measures are grouped by.
        top: how many groups at most, the largest by the first measure; all if 0.
        without: rows left out.
    """

    name: str
    title: str
    kind: Kind
    measures: tuple[str, ...]
    category: Attribute | None = None
    top: int = 0
    without: tuple[Without, ...] = ()


@dataclass(frozen=True)
class Page:
    """One page of the report.

    Attributes:
        name: name of its files; unique.
        title: what people read.
        description: what it answers.
        slicers: attributes that a reader chooses values of, with the fact that has them.
        rows: visuals from top to bottom, each row from left to right.
        parameters: numbers to move on this page.
    """

    name: str
    title: str
    description: str
    slicers: tuple[tuple[str, Attribute], ...]
    rows: tuple[tuple[Visual, ...], ...]
    parameters: tuple[Parameter, ...] = ()

    @property
    def visuals(self) -> tuple[Visual, ...]:
        """All visuals in reading order."""
        return tuple(visual for row in self.rows for visual in row)
