"""Everything that workloads declare: tables by layer and full name, streams, pipelines."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from lakehouse.contracts import quality
from lakehouse.contracts.bronze import imported
from lakehouse.contracts.cassandra import LiveTable, Question, event_table
from lakehouse.contracts.data_sets import DataSet
from lakehouse.contracts.functions import named
from lakehouse.contracts.model import Layer, Table
from lakehouse.contracts.pipelines import Pipeline
from lakehouse.contracts.streams import Lookup, Route, Stream, Topic
from lakehouse.registry.discovery import find, in_order
from lakehouse.registry.validation import require_valid


class UnknownTableError(LookupError):
    """No table of that name is declared; the message offers the nearest."""


FOUND = find()
require_valid(FOUND)
WORKLOADS = in_order(FOUND)
MODELS: tuple[Table, ...] = tuple(table for each in WORKLOADS for table in each.models)
_DECLARED = (*(table for each in WORKLOADS for table in each.tables), *MODELS)


def _layer(layer: Layer) -> tuple[Table, ...]:
    return tuple(table for table in _DECLARED if table.layer is layer)


LAYERS: dict[Layer, tuple[Table, ...]] = {
    Layer.SOURCE: _layer(Layer.SOURCE),
    Layer.BRONZE: tuple(imported(table) for table in _layer(Layer.SOURCE)),
    Layer.SILVER: _layer(Layer.SILVER),
    Layer.GOLD: _layer(Layer.GOLD),
    Layer.QUALITY: quality.TABLES,
}
STREAMS: tuple[Stream, ...] = tuple(one for each in WORKLOADS for one in each.streams)
# one lookup may serve several streams
LOOKUPS: tuple[Lookup, ...] = tuple(dict.fromkeys(one for each in STREAMS for one in each.lookups))
ROUTES: tuple[Route, ...] = tuple(one for each in STREAMS for one in each.routes)
EVENT_TABLES = {
    each.name: event_table(each)
    for each in STREAMS
    if (route := each.goes_to("cassandra")) and route.binding.table is None
}
LIVE_TABLES: tuple[LiveTable, ...] = tuple(
    dict.fromkeys(
        (
            *EVENT_TABLES.values(),
            *(one for each in WORKLOADS for one in each.live_tables),
            *(one.binding.table for one in ROUTES if isinstance(one.binding.table, LiveTable)),
        )
    )
)
QUESTIONS: tuple[Question, ...] = tuple(one for each in WORKLOADS for one in each.questions)
PIPELINES: tuple[Pipeline, ...] = tuple(one for each in WORKLOADS for one in each.pipelines)
BOARDS = {title: board for each in WORKLOADS for title, board in each.boards.items()}
WRITTEN = tuple(each.written for each in WORKLOADS if each.written)
WRITING = tuple(each.is_writing for each in WORKLOADS if each.is_writing)
ALARMS = tuple(pair for each in WORKLOADS for pair in each.alarms.items())
DATA_SETS: tuple[DataSet, ...] = tuple(one for each in WORKLOADS for one in each.data_sets)
SOURCE_DATABASES = tuple(dict.fromkeys(table.source_database for table in LAYERS[Layer.SOURCE]))
SINK_DATABASES = tuple(dict.fromkeys(one.database for one in ROUTES if one.sink == "postgres"))
# topics that sinks write, in addition to those of the streams
SINK_TOPICS: tuple[Topic, ...] = tuple(
    Topic(written.name, written.description, ", ".join(written.grain))
    for written in (one.binding.table for one in ROUTES if one.sink == "kafka")
    if isinstance(written, Table)
)
TOPICS: tuple[Topic, ...] = (*(one for each in STREAMS for one in each.topics), *SINK_TOPICS)
_IN_BATCH = {t.full_name for each in PIPELINES if each.is_batch for t in each.tables}
_BY_NAME = {table.full_name: table for tables in LAYERS.values() for table in tables}

# layers that a table of a layer reads, in the order in which a name is looked up
_READ: dict[Layer, tuple[Layer, ...]] = {
    Layer.BRONZE: (Layer.SOURCE,),
    Layer.SILVER: (Layer.BRONZE,),
    Layer.GOLD: (Layer.GOLD, Layer.SILVER),
}


def table(layer: Layer, name: str) -> Table:
    """The table of that layer and name.

    Args:
        layer: its layer.
        name: its name, with its database where that is not named after the layer.

    Raises:
        UnknownTableError: none is declared; the message names the nearest.
    """
    found = _BY_NAME.get(name if "." in name else f"{layer}.{name}")
    if found is None or found.layer is not layer:
        known = [candidate.address for candidate in LAYERS[layer]]
        raise UnknownTableError(_unknown(f"{layer} table", name, known))
    return found


def objects(field: str) -> tuple[Any, ...]:
    """Elements of the tuples that a field of the workloads names as `module:name`."""
    references = [getattr(each, field) for each in WORKLOADS]
    return tuple(one for reference in references if reference for one in named(reference))


def stream(name: str) -> Stream:
    """The stream of that name.

    Raises:
        KeyError: there is none.
    """
    return {candidate.name: candidate for candidate in STREAMS}[name]


def batch(layer: Layer) -> tuple[Table, ...]:
    """The tables of a layer that are built from the source databases, not by streams or models."""
    return tuple(table for table in LAYERS[layer] if table.full_name in _IN_BATCH)


def read_by(table: Table, name: str) -> Table:
    """The table that another one names among those it reads.

    Args:
        table: the table that reads.
        name: of the layer before, or for gold of gold first, in databases of the same workload;
            with its database where it is of another workload.

    Raises:
        UnknownTableError: there is none.
    """
    database = table.namespace.database
    candidates = (
        [name] if "." in name else [f"{database(one)}.{name}" for one in _READ[table.layer]]
    )
    for candidate in candidates:
        if candidate in _BY_NAME and candidate != table.full_name:
            return _BY_NAME[candidate]
    known = [one.full_name for layer in _READ[table.layer] for one in LAYERS[layer]]
    raise UnknownTableError(_unknown(f"table read by {table.full_name}", candidates[-1], known))


def build_order(tables: Iterable[Table]) -> list[Table]:
    """The tables sorted so that each stands behind those among them that it needs."""
    pending = list(tables)
    ordered: list[Table] = []
    while pending:
        waiting = {t.full_name for t in pending}
        ready = [t for t in pending if not needs(t) & waiting]
        if not ready:
            raise ValueError(f"tables need each other in a circle: {sorted(waiting)}")
        ordered += ready
        pending = [t for t in pending if t not in ready]
    return ordered


def needs(table: Table) -> set[str]:
    """Full names of the tables of its own layer that must be built before it.

    A gold table waits for the dimensions it reads or points at; a silver table for the parents
    that tell whether its rows are orphans.
    """
    pointed = {table.sibling(reference.table) for reference in table.references}
    read = {read_by(table, name) for name in table.reads} if table.layer is Layer.GOLD else set()
    own = {one.full_name for one in read if one.layer is table.layer}
    return (pointed | own) - {table.full_name}


def _unknown(kind: str, name: str, known: list[str]) -> str:
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f"; did you mean {nearest[0]}?" if nearest else f"; there are {', '.join(known)}"
    return f"no {kind} is called {name}{hint}"
