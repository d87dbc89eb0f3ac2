"""Errors in the declarations of workloads, each as one sentence that names folder and field."""

from __future__ import annotations

import difflib
import importlib.util
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from lakehouse.contracts.cassandra import LiveTable
from lakehouse.contracts.functions import named
from lakehouse.contracts.model import Layer, Table
from lakehouse.contracts.streams import Format, Route
from lakehouse.contracts.workload import Workload
from lakehouse.registry import sinks
from lakehouse.registry.discovery import PACKAGE, Found, InvalidWorkloadError

# fields of a workload that name one function or object
_NAMED = (
    *("parameters", "measures", "report_pages"),
    *("superset_datasets", "superset_pages", "reconciliation", "written", "is_writing", "commands"),
    "demo",
)
_BUILT = (Layer.SILVER, Layer.GOLD)
_IMPORT = re.compile(rf"^\s*(?:from|import)\s+{re.escape(PACKAGE)}(?:\.|\s+import\s+)(\w+)", re.M)


def require_valid(found: Sequence[Found]) -> None:
    """Check what can be checked without importing the code that declarations name.

    Raises:
        InvalidWorkloadError: a declaration is wrong; the message has one line per error.
    """
    if wrong := list(_problems(found)):
        raise InvalidWorkloadError("\n".join(wrong))


def missing_functions(found: Iterable[Found]) -> list[str]:
    """Errors in functions and objects that declarations name; imports their modules."""
    wrong = []
    for each in found:
        for field, reference in _references(each.workload):
            try:
                named(reference)
            except (ImportError, AttributeError, ValueError) as error:
                wrong.append(_says(each, field, str(error)))
    return wrong


def unknown_servers(
    found: Iterable[Found], known: Collection[str], taken: Collection[str]
) -> list[str]:
    """Errors in `servers`, and names that a command could not tell from a server.

    Args:
        found: the workloads.
        known: profiles and folders of services/.
        taken: names of single servers.
    """
    wrong, known = [], sorted(known)
    for each in found:
        name = each.workload.name
        if name in taken:
            wrong.append(_says(each, "name", f"{name} is already a server; rename the workload"))
        for server in each.workload.servers:
            if server not in known:
                near = difflib.get_close_matches(server, known, n=1, cutoff=0.4)
                reason = f"no profile or folder of services/ is called {server}; "
                reason += f"did you mean {near[0]}?" if near else f"choose of {', '.join(known)}"
                wrong.append(_says(each, "servers", reason))
    return wrong


def taken_ports(found: Iterable[Found], taken: Mapping[int, str]) -> list[str]:
    """Errors in `ports`: those that another server has.

    Args:
        found: the workloads.
        taken: servers of the core by their default ports.
    """
    wrong, owners = [], dict(taken)
    for each in found:
        for server, port in each.workload.ports.items():
            if port in owners:
                reason = f"{port} of {server} is already the port of {owners[port]}; choose another"
                wrong.append(_says(each, "ports", reason))
            owners.setdefault(port, f"{server} of {each.workload.name}")
    return wrong


def _problems(found: Sequence[Found]) -> Iterator[str]:
    yield from _names(found)
    yield from _repeated_tables(found)
    yield from _repeated_pipelines(found)
    yield from _repeated_streams(found)
    yield from _different_sink_tables(found)
    yield from taken_ports(found, {})
    for each in found:
        yield from _uses(each, {one.workload.name for one in found})
        yield from _namespaces(each)
        yield from _streams(each)
        yield from _sources(each)
        yield from _sinks(each)
        yield from _modules(each)
        yield from _imports(each, found)


def _names(found: Sequence[Found]) -> Iterator[str]:
    folders: dict[str, Path] = {}
    for each in found:
        name = each.workload.name
        if name in folders:
            reason = f"{name} is already the workload in {folders[name]}; rename one of them"
            yield _says(each, "name", reason)
        folders.setdefault(name, each.folder)
        if each.package.startswith(f"{PACKAGE}.") and each.package != f"{PACKAGE}.{name}":
            yield _says(each, "name", f"{name} is not the name of the folder; rename one of them")


def _repeated_tables(found: Sequence[Found]) -> Iterator[str]:
    owners: dict[str, Found] = {}
    for each in found:
        for table in _tables(each.workload):
            owner = owners.setdefault(table.full_name, each)
            if owner is not each:
                reason = f"{table.full_name} is already declared in {owner.folder}; rename one"
                yield _says(each, "tables", reason)
        declared = [table.full_name for table in _tables(each.workload)]
        for name in sorted({one for one in declared if declared.count(one) > 1}):
            yield _says(each, "tables", f"{name} is declared twice; remove one")


def _repeated_pipelines(found: Sequence[Found]) -> Iterator[str]:
    return _repeated(
        found, "pipelines", "DAG", lambda workload: [one.dag_id for one in workload.pipelines]
    )


def _repeated_streams(found: Sequence[Found]) -> Iterator[str]:
    return _repeated(
        found, "streams", "stream", lambda workload: [one.name for one in workload.streams]
    )


def _repeated(
    found: Sequence[Found], field: str, kind: str, names: Callable[[Workload], list[str]]
) -> Iterator[str]:
    """Names of one kind that are taken already, by the same workload or by an earlier one."""
    owners: dict[str, Path] = {}
    for each in found:
        for name in names(each.workload):
            if name in owners:
                reason = f"{name} is already a {kind} of {owners[name]}"
                yield _says(each, field, f"{reason}; rename one of them")
            owners.setdefault(name, each.folder)


def _different_sink_tables(found: Sequence[Found]) -> Iterator[str]:
    """Streams may share a table of a sink, if they declare the same one."""
    owners: dict[str, tuple[Table | LiveTable, Path]] = {}
    for each in found:
        for name, table in _sink_tables(each.workload):
            owner, folder = owners.setdefault(name, (table, each.folder))
            if owner != table:
                reason = f"{name} is already another table of {folder}; rename one of them"
                yield _says(each, "streams", reason)


def _sink_tables(workload: Workload) -> Iterator[tuple[str, Table | LiveTable]]:
    for stream in workload.streams:
        for route in stream.routes:
            table = route.binding.table
            if isinstance(table, LiveTable):
                yield f"{table.full_name} of cassandra", table
            elif isinstance(table, Table):
                # topics have no database
                place = f"{route.database}." if route.sink == "postgres" else ""
                yield f"{place}{table.name} of {route.sink}", table


def _uses(each: Found, known: set[str]) -> Iterator[str]:
    for name in sorted(set(each.workload.uses) - known):
        yield _says(each, "uses", f"there is no workload {name}; install it or remove it from uses")


def _namespaces(each: Found) -> Iterator[str]:
    for table in _tables(each.workload):
        if table.workload != each.workload.name:
            reason = f"{table.full_name} is of workload {table.workload or 'none'}"
            yield _says(each, "tables", f"{reason}; give it the namespace of {each.workload.name}")


def _streams(each: Found) -> Iterator[str]:
    declared = {table.full_name for table in _tables(each.workload)}
    for stream in each.workload.streams:
        if not stream.event.grain:
            reason = f"{stream.name} has no identity; give {stream.event.full_name} a grain"
            yield _says(each, "streams", reason)
        if stream.event.full_name not in declared:
            reason = f"{stream.event.full_name} of {stream.name} is not among tables; add it"
            yield _says(each, "streams", reason)


def _sources(each: Found) -> Iterator[str]:
    for stream in each.workload.streams:
        if stream.source.format is Format.AVRO:
            reason = f"source of {stream.name} has format avro, which no reader supports; use json"
            yield _says(each, "streams", reason)
        names = [topic.name for topic in stream.topics]
        for name in sorted({one for one in names if names.count(one) > 1}):
            reason = f"{stream.name} has two topics {name}; rename a window or its source's topic"
            yield _says(each, "streams", reason)


def _sinks(each: Found) -> Iterator[str]:
    known = sinks.names()
    for stream in each.workload.streams:
        names = [route.name for route in stream.routes]
        for route in stream.routes:
            if route.sink not in known:
                reason = f"there is no sink {route.sink} for {route.topic.name}"
                yield _says(each, "streams", f"{reason}; choose one of {', '.join(known)}")
            elif reason := _wrong_table(route):
                yield _says(each, "streams", reason)
        for name in sorted({one for one in names if names.count(one) > 1}):
            topic, _, sink = name.rpartition(".")
            yield _says(each, "streams", f"{topic} goes to {sink} twice; remove one of its sinks")


def _wrong_table(route: Route) -> str:
    """Error in the table of a route; empty if it is right."""
    table, way = route.binding.table, f"{route.topic.name} goes to {route.sink}"
    identity = route.stream.event.grain
    if route.sink == "hdfs":
        return "" if route.is_of_events and table is None else f"{way}, which takes events only"
    if route.sink == "cassandra":
        if table is None:
            return ""
        if not isinstance(table, LiveTable):
            return f"{way} with another table than a LiveTable; declare one"
        lacking = set(identity) - {column.name for column in table.columns}
        if route.is_of_events and lacking:
            return f"{way}, where {table.name} has no {', '.join(sorted(lacking))}; add it"
        return ""
    if not isinstance(table, Table):
        return f"{way} without a Table; declare one with a grain"
    if not table.grain:
        return f"{way}, where {table.name} has no identity; give it a grain"
    if route.is_of_events and table.grain != identity:
        return f"{way}, where {table.name} has another grain; give it {', '.join(identity)}"
    return ""


def _modules(each: Found) -> Iterator[str]:
    """Modules are only looked up: importing them would start Spark's libraries."""
    named_modules = {
        reference.partition(":")[0]: field for field, reference in _references(each.workload)
    }
    for module, field in named_modules.items():
        if not _exists(module):
            yield _says(each, field, f"there is no module {module}; add it or correct the name")
    for table in _tables(each.workload):
        if table.layer in _BUILT and table.reads and not (table.functions or table.builder):
            reason = f"{table.full_name} reads tables but names no module; set it"
            yield _says(each, "functions", reason)


def _imports(each: Found, found: Sequence[Found]) -> Iterator[str]:
    allowed = {each.workload.name, *each.workload.uses}
    others = {one.workload.name for one in found} - allowed
    packages = {one.package: one.workload.name for one in found}
    for file in sorted(each.folder.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        imported = {m.group(1) for m in _IMPORT.finditer(text)}
        imported |= {name for package, name in packages.items() if _imports_package(text, package)}
        for name in sorted(imported & others):
            reason = f"{file.relative_to(each.folder)} imports {name}, which is not among them"
            yield _says(each, "uses", f"{reason}; add it to uses or remove the import")


def _imports_package(text: str, package: str) -> bool:
    return bool(re.search(rf"^\s*(?:from|import)\s+{re.escape(package)}\b", text, re.M))


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _references(workload: Workload) -> Iterator[tuple[str, str]]:
    """Fields that name a function or an object, with `module:name`."""
    for table in _tables(workload):
        if table.functions:
            yield f"functions of {table.full_name}", f"{table.functions}:{table.name}"
        if table.builder:
            yield f"builder of {table.full_name}", table.builder
    for stream in workload.streams:
        yield f"parser of {stream.name}", stream.parser
        for window in stream.windows:
            yield f"windows of {stream.name}: {window.name}", window.rows
        for lookup in stream.lookups:
            yield f"lookups of {stream.name}", lookup.rows
    for field in _NAMED:
        if reference := getattr(workload, field):
            yield field, reference
    for title, board in workload.boards.items():
        yield f"boards: {title}", board
    for server, alarm in workload.alarms.items():
        yield f"alarms: {server}", alarm


def _tables(workload: Workload) -> tuple[Table, ...]:
    return (*workload.tables, *workload.models)


def _says(each: Found, field: str, reason: str) -> str:
    return f"{each.folder}: {field}: {reason}"
