"""Where each visual of a page stands, of which type it is, and which fields fill its roles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lakehouse.contracts.model import Layer, Table
from lakehouse.registry import catalog
from lakehouse.serving.powerbi.star import field
from lakehouse.serving.reports import queries
from lakehouse.serving.reports.measures import measure
from lakehouse.serving.reports.model import Attribute, Kind, Page, Visual

WIDTH, HEIGHT = 1280, 720
_GAP = 8
_SLICERS, _NUMBERS = 64, 96
_SLICER_WIDTH = 200
_TYPES = {
    Kind.NUMBER: "card",
    Kind.LINE: "lineChart",
    Kind.COLUMN: "clusteredColumnChart",
    Kind.BAR: "clusteredBarChart",
    Kind.DONUT: "donutChart",
    Kind.FUNNEL: "funnel",
    Kind.TABLE: "tableEx",
}
# types that show one measure; further ones stand in the tooltip
_ONE_MEASURE = (Kind.DONUT,)
_VALUES_ONLY = (Kind.NUMBER, Kind.TABLE)


@dataclass(frozen=True)
class Field:
    """A column or measure of the model."""

    table: str
    name: str
    is_measure: bool

    @property
    def reference(self) -> str:
        """Name by which a visual's query knows it."""
        return f"{self.table}.{self.name}"


@dataclass(frozen=True)
class Place:
    """Position and size on the page."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Placed:
    """A visual as Power BI draws it.

    Attributes:
        name: name of its folder; unique on the page.
        title: what people read.
        type: Power BI's name of the kind.
        roles: fields by role, such as Category and Y.
        place: where it stands.
        sort: the field it is sorted by, and whether the largest comes first.
        top: the field whose largest groups are kept, how many, and by which measure.
        without: fields and the value that is left out.
    """

    name: str
    title: str
    type: str
    roles: dict[str, list[Field]]
    place: Place
    sort: tuple[Field, bool] | None = None
    top: tuple[Field, int, Field] | None = None
    without: tuple[tuple[Field, str], ...] = ()


def placed(page: Page) -> list[Placed]:
    """Every slicer and visual of a page, in reading order."""
    return [*_slicers(page), *_visuals(page)]


def _slicers(page: Page) -> Iterator[Placed]:
    tables = {name: catalog.table(Layer.GOLD, name) for name, _ in page.slicers}
    chosen = [(a.name, a.column, _column(tables[name], a)) for name, a in page.slicers]
    chosen += [(p.name, p.title, Field(p.title, p.title, False)) for p in page.parameters]
    for number, (name, title, column) in enumerate(chosen):
        place = Place(_GAP + number * (_SLICER_WIDTH + _GAP), _GAP, _SLICER_WIDTH, _SLICERS)
        words = title.replace("_", " ").capitalize()
        yield Placed(f"choose-{_folder(name)}", words, "slicer", {"Values": [column]}, place)


def _visuals(page: Page) -> Iterator[Placed]:
    numbers = [row for row in page.rows if _is_numbers(row)]
    left = HEIGHT - _SLICERS - 2 * _GAP - len(numbers) * (_NUMBERS + _GAP)
    others = len(page.rows) - len(numbers)
    height = left // others - _GAP
    y = _SLICERS + 2 * _GAP
    for row in page.rows:
        high = _NUMBERS if _is_numbers(row) else height
        width = (WIDTH - _GAP) // len(row) - _GAP
        for number, visual in enumerate(row):
            yield _placed(visual, Place(_GAP + number * (width + _GAP), y, width, high))
        y += high + _GAP


def _is_numbers(row: tuple[Visual, ...]) -> bool:
    return all(visual.kind is Kind.NUMBER for visual in row)


def _placed(visual: Visual, place: Place) -> Placed:
    fact = queries.fact(visual)
    measures = [Field(measure(name).table, name, True) for name in visual.measures]
    category = _column(fact, visual.category) if visual.category else None
    sort = top = None
    if category is not None:
        in_order = visual.kind in queries.IN_ORDER
        sort = (category, False) if in_order else (measures[0], True)
        top = (category, visual.top, measures[0]) if visual.top else None
    without = tuple((_column(fact, each.attribute), each.value) for each in visual.without)
    roles = _roles(visual.kind, category, measures)
    return Placed(visual.name, visual.title, _TYPES[visual.kind], roles, place, sort, top, without)


def _roles(kind: Kind, category: Field | None, measures: list[Field]) -> dict[str, list[Field]]:
    if kind in _VALUES_ONLY:
        return {"Values": [*([category] if category else []), *measures]}
    shown = measures[:1] if kind in _ONE_MEASURE else measures
    roles = {"Category": [category] if category else [], "Y": shown}
    roles["Tooltips"] = measures[len(shown) :]
    return {role: fields for role, fields in roles.items() if fields}


def _column(fact: Table, attribute: Attribute) -> Field:
    table, column = field(fact, attribute)
    return Field(table, column, False)


def _folder(name: str) -> str:
    return name.replace("_", "-")
