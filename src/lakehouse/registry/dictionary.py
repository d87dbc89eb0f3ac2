"""The data dictionary: every declared table and column in words, as a Markdown page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lakehouse.contracts import cassandra, postgres, streams
from lakehouse.contracts.model import Column, Layer, Reference, Rule, Severity, Table, Total
from lakehouse.contracts.quality import QUARANTINE_COLUMNS
from lakehouse.registry import catalog

_LAYERS = {
    Layer.SOURCE: "What was there before: PostgreSQL, every column text, as published.",
    Layer.BRONZE: "The sources as imported, one folder a day (Avro).",
    Layer.SILVER: "Typed, with corrected names and normalised text (Parquet). A row whose text "
    "cannot be read as its type (`unreadable_<column>`), that lacks a required value "
    "(`missing_<column>`) or repeats a grain with other content (`repeated_key`) goes to "
    "quarantine; so does one that breaks a rule marked so. Null markers of other tools (`NULL`, "
    "`NaN`, `\\N`, `None`, …) are missing values. A build that rejects more rows than "
    "`LAKEHOUSE_REJECTED_SHARE_LIMIT` allows fails.",
    Layer.GOLD: "The star schema (Delta). Where no member is known, facts point at the "
    "unknown one: `-1`, or `1900-01-01` for a day.",
    Layer.QUALITY: "What the checks found.",
}
_HEAD = "Generated from `src/lakehouse/contracts` by `./lakehouse docs`; do not edit."
_NEXT = {
    Severity.FAIL: "stops what depends on the table",
    Severity.WARN: "is reported",
    Severity.QUARANTINE: "row goes to quarantine",
}


def render() -> str:
    """The whole page."""
    return "\n".join(_page()).rstrip() + "\n"


def _page() -> Iterator[str]:
    yield from ("# Data dictionary", "", _HEAD, "", "Personal data is marked with ●.", "")
    yield from _contents()
    for layer, meaning in _LAYERS.items():
        yield from (f"## {layer.capitalize()}", "", meaning, "")
        for table in catalog.LAYERS[layer]:
            yield from _table(table)
    yield from _quarantine()
    yield from _topics()
    yield from _live_tables()
    yield from _sink_tables()


def _contents() -> Iterator[str]:
    for layer in _LAYERS:
        names = [f"[{t.name}](#{_anchor(t)})" for t in catalog.LAYERS[layer]]
        yield f"- {layer.capitalize()}: {', '.join(names)}"
    yield from ("- [Quarantine](#quarantine)", "- [Topics](#topics)", "- [Live](#live)", "")


def _table(table: Table) -> Iterator[str]:
    yield from (f"### {table.full_name}", "", f"{table.description}.", "")
    yield from (*_facts(table), "")
    yield from _columns(table)
    if table.rules or table.references:
        yield from _promises(table)


def _facts(table: Table) -> Iterator[str]:
    grain = table.grain or table.primary_key
    if grain:
        yield f"- One row for each {_code(*grain)}"
    if table.file:
        yield f"- Published as `{table.file}`, loaded into database `{table.source_database}`"
    if table.reads:
        read = [catalog.read_by(table, name) for name in table.reads]
        yield f"- Made from {_code(*(one.full_name for one in read))}"
    for stream in catalog.STREAMS:
        if stream.event == table:
            yield f"- Made from topic `{stream.clean.name}`"
    if table.partition:
        yield f"- In folders by {_code(*table.partition)}"
    if table.unknown_member:
        yield "- Has an unknown member"
    for total in table.totals:
        yield f"- The sum of `{total.column}` is kept from `{_summed_from(table, total)}`"


def _summed_from(table: Table, total: Total) -> str:
    if table.layer is Layer.GOLD:
        name, column = total.source.split(".")
        return f"{catalog.read_by(table, name).full_name}.{column}"
    return f"{catalog.read_by(table, table.name).full_name}.{total.source}"


def _columns(table: Table) -> Iterator[str]:
    yield "| column | type | required | meaning | personal | read from |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for column in table.columns:
        cells = (
            f"`{column.name}`",
            column.type,
            "" if column.nullable else "yes",
            column.description,
            "●" if column.personal else "",
            _origin(table, column),
        )
        yield f"| {' | '.join(cells)} |"
    yield ""


def _origin(table: Table, column: Column) -> str:
    if column.derived:
        return "computed"
    if table.layer is Layer.GOLD or not table.reads:
        return ""
    return f"`{column.origin}`"


def _promises(table: Table) -> Iterator[str]:
    yield from ("| check | promise | where broken | then |", "| --- | --- | --- | --- |")
    for rule in table.rules:
        yield _rule(rule)
    for reference in table.references:
        yield _reference(table, reference)
    yield ""


def _rule(rule: Rule) -> str:
    return f"| {rule.name} | `{rule.predicate}` | {rule.reason} | {_NEXT[rule.severity]} |"


def _reference(table: Table, reference: Reference) -> str:
    target = table.sibling(reference.table)
    return (
        f"| {reference.name} | `{reference.column}` is a `{reference.target}` of `{target}` "
        f"| {reference.column} is not in {reference.table} | {_NEXT[reference.severity]} |"
    )


def _quarantine() -> Iterator[str]:
    yield from ("## Quarantine", "")
    yield from ("One table for each table of silver, named alike, with the rows set aside.", "")
    yield from ("| column | type | meaning |", "| --- | --- | --- |")
    for column in QUARANTINE_COLUMNS:
        yield f"| `{column.name}` | {column.type} | {column.description} |"


def _topics() -> Iterator[str]:
    kept = f"Kafka keeps messages for {streams.TOPIC_RETENTION_HOURS} hours."
    yield from ("", "## Topics", "", kept, "")
    yield from ("| topic | a message | its key |", "| --- | --- | --- |")
    for topic in catalog.TOPICS:
        yield f"| `{topic.name}` | {topic.description} | {topic.key} |"
    yield from ("", "A message of a dead-letter topic:", "")
    yield from _typed((column, column.type) for column in streams.DEAD_LETTER_COLUMNS)
    yield from ("Why a line is set aside:", "")
    for reason in streams.REASONS:
        yield f"- `{reason.name}`: {reason.description}"
    yield ""


def _live_tables() -> Iterator[str]:
    kept = f"Cassandra's keyspace `{cassandra.KEYSPACE}`: a table answers the questions below it."
    yield from ("## Live", "", kept, "")
    for table in catalog.LIVE_TABLES:
        yield from (f"### {table.full_name}", "", f"{table.description}.", "")
        order = ", ".join(f"`{name}` {direction}" for name, direction in table.clustering)
        yield f"- A partition is one {_code(*table.partition)}, its rows by {order}"
        yield from (f"- Rows are kept for {table.keep_days} days", "")
        typed = ((column, cassandra.cql_type(column.type)) for column in table.columns)
        yield from _typed(typed)
        yield from ("| question | name | query |", "| --- | --- | --- |")
        for question in catalog.QUESTIONS:
            if question.table == table.name:
                yield f"| {question.title} | {question.name} | `{question.cql}` |"
        yield ""


def _sink_tables() -> Iterator[str]:
    routes = [one for one in catalog.ROUTES if one.sink == "postgres" and one.keyed]
    if routes:
        yield from ("## PostgreSQL", "", "Tables that streams write; the newest row holds.", "")
    for route in routes:
        table = route.keyed
        assert table
        yield from (f"### {route.database}.{table.name}", "", f"{table.description}.", "")
        yield from (
            f"- One row for each {_code(*table.grain)}",
            f"- Made from `{route.topic.name}`",
        )
        yield ""
        stored = postgres.stored(table).columns
        yield from _typed((column, postgres.sql_type(column.type)) for column in stored)


def _typed(columns: Iterable[tuple[Column, str]]) -> Iterator[str]:
    yield from ("| column | type | meaning | personal |", "| --- | --- | --- | --- |")
    for column, type_ in columns:
        personal = "●" if column.personal else ""
        yield f"| `{column.name}` | {type_} | {column.description} | {personal} |"
    yield ""


def _code(*names: str) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _anchor(table: Table) -> str:
    return table.full_name.replace(".", "")
