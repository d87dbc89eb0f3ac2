"""Errors in declarations of workloads: one sentence each, with folder and field."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lakehouse.contracts.cassandra import LiveTable
from lakehouse.contracts.model import Column, Layer, Namespace, Table
from lakehouse.contracts.pipelines import Pipeline
from lakehouse.contracts.streams import (
    Format,
    LogFile,
    SinkBinding,
    Stream,
    Topic,
    TopicSource,
    Window,
)
from lakehouse.contracts.workload import Workload
from lakehouse.registry import catalog, sinks
from lakehouse.registry.discovery import Found, InvalidWorkloadError, in_order
from lakehouse.registry.validation import (
    missing_functions,
    require_valid,
    taken_ports,
    unknown_servers,
)

TOYS = Namespace("toys")
BOOKS = Namespace("books")
EVENT = Table(
    Layer.SILVER,
    "sale",
    "A sale",
    (Column("event_id", "STRING", "Identity", nullable=False),),
    grain=("event_id",),
    namespace=TOYS,
)
SALES = Stream(
    "sales",
    "A sale",
    LogFile("sales.log", "SalesToBronze", "SalesLive"),
    EVENT,
    parser="lakehouse.contracts.text:parsed",
    windows=(Window("minutes", "Sales of a minute", "lakehouse.contracts.text:messages"),),
)

LIVE = LiveTable(
    "toy_by_day",
    "Sales of a day",
    (Column("day", "DATE", "The day", nullable=False), Column("toy", "STRING", "The toy")),
    partition=("day",),
    clustering=(("toy", "ASC"),),
    keep_days=7,
    window_hours=24,
)


def gold(name: str, namespace: Namespace = TOYS, functions: str = "") -> Table:
    return Table(Layer.GOLD, name, "x", (), namespace=namespace, functions=functions)


def found(tmp_path: Path, workload: Workload, package: str = "") -> Found:
    folder = tmp_path / workload.name
    folder.mkdir(exist_ok=True)
    return Found(workload, folder, package or f"lakehouse.workloads.{workload.name}")


def message(*declared: Found) -> str:
    with pytest.raises(InvalidWorkloadError) as raised:
        require_valid(declared)
    return str(raised.value)


def test_declared_workloads_are_valid() -> None:
    assert len(catalog.FOUND) == len(catalog.WORKLOADS) >= 2
    require_valid(catalog.FOUND)
    assert missing_functions(catalog.FOUND) == []


def test_table_declared_twice_in_one_workload(tmp_path: Path) -> None:
    toys = found(tmp_path, Workload("toys", "x", tables=(gold("dim_toy"), gold("dim_toy"))))

    expected = f"{toys.folder}: tables: gold_toys.dim_toy is declared twice; remove one"
    assert message(toys) == expected


def test_table_declared_in_two_workloads_names_the_other(tmp_path: Path) -> None:
    plain = [Namespace(name, plain=True) for name in ("toys", "books")]
    toys, books = (
        found(tmp_path, Workload(n.workload, "x", tables=(gold("dim_x", n),))) for n in plain
    )

    assert message(toys, books) == (
        f"{books.folder}: tables: gold.dim_x is already declared in {toys.folder}; rename one"
    )


def test_two_workloads_may_have_tables_of_one_name(tmp_path: Path) -> None:
    toys = Workload("toys", "x", tables=(gold("dim_product"),))
    books = Workload("books", "x", tables=(gold("dim_product", BOOKS),))

    require_valid([found(tmp_path, toys), found(tmp_path, books), *catalog.FOUND])


def test_stream_without_identity(tmp_path: Path) -> None:
    event = replace(EVENT, grain=())
    toys = Workload("toys", "x", tables=(event,), streams=(replace(SALES, event=event),))

    assert message(found(tmp_path, toys)) == (
        f"{tmp_path}/toys: streams: sales has no identity; give silver_toys.sale a grain"
    )


def test_stream_whose_table_is_not_declared(tmp_path: Path) -> None:
    toys = found(tmp_path, Workload("toys", "x", streams=(SALES,)))

    assert "streams: silver_toys.sale of sales is not among tables; add it" in message(toys)


def streams_error(tmp_path: Path, stream: Stream) -> str:
    toys = found(tmp_path, Workload("toys", "x", tables=(EVENT,), streams=(stream,)))
    return message(toys).removeprefix(f"{toys.folder}: streams: ")


@pytest.mark.parametrize("where", ["events", "window"])
def test_sink_that_does_not_exist(tmp_path: Path, where: str) -> None:
    redis = (SinkBinding("redis"),)
    window = replace(SALES.windows[0], sinks=redis)
    if where == "events":
        stream, topic = replace(SALES, sinks=redis), "sales.clean"
    else:
        stream, topic = replace(SALES, windows=(window,)), "sales.minutes"

    assert streams_error(tmp_path, stream) == (
        f"there is no sink redis for {topic}; choose one of {', '.join(sinks.names())}"
    )
    assert {"cassandra", "hdfs"} <= set(sinks.names())


@pytest.mark.parametrize(
    ("binding", "reason"),
    [
        (SinkBinding("cassandra", EVENT), "with another table than a LiveTable; declare one"),
        (SinkBinding("postgres"), "without a Table; declare one with a grain"),
        (SinkBinding("postgres", replace(EVENT, grain=())), "has no identity; give it a grain"),
        (SinkBinding("kafka", replace(EVENT, grain=("toy",))), "another grain; give it event_id"),
        (SinkBinding("cassandra", LIVE), "where toy_by_day has no event_id; add it"),
    ],
)
def test_sink_with_a_table_that_it_cannot_take(
    tmp_path: Path, binding: SinkBinding, reason: str
) -> None:
    error = streams_error(tmp_path, replace(SALES, sinks=(binding,)))

    assert error.startswith(f"sales.clean goes to {binding.sink}")
    assert error.endswith(reason)


def test_stream_of_another_workload(tmp_path: Path) -> None:
    toys = found(tmp_path, Workload("toys", "x", tables=(EVENT,), streams=(SALES,)))
    event = replace(EVENT, namespace=BOOKS)
    stream = replace(SALES, event=event)
    books = found(tmp_path, Workload("books", "x", tables=(event,), streams=(stream,)))

    assert message(toys, books) == (
        f"{books.folder}: streams: sales is already a stream of {toys.folder}; rename one of them"
    )


def test_table_of_a_sink_that_is_declared_in_two_ways(tmp_path: Path) -> None:
    wider = replace(EVENT, columns=(*EVENT.columns, Column("note", "STRING", "x")))

    def two(database: str, table: Table) -> Found:
        first = replace(SALES, sinks=(SinkBinding("postgres", EVENT),))
        second = replace(SALES, name="gifts", sinks=(SinkBinding("postgres", table, database),))
        return found(tmp_path, Workload("toys", "x", tables=(EVENT,), streams=(first, second)))

    toys = two("", wider)
    assert message(toys) == (
        f"{toys.folder}: streams: toys.sale of postgres is already another table of "
        f"{toys.folder}; rename one of them"
    )
    require_valid([two("", EVENT)])
    require_valid([two("other", wider)])


def test_hdfs_takes_no_windows(tmp_path: Path) -> None:
    window = replace(SALES.windows[0], sinks=(SinkBinding("hdfs"),))

    error = streams_error(tmp_path, replace(SALES, windows=(window,)))
    assert error == "sales.minutes goes to hdfs, which takes events only"


def test_topic_that_goes_to_a_sink_twice(tmp_path: Path) -> None:
    twice = (SinkBinding("cassandra"), SinkBinding("cassandra"))

    error = streams_error(tmp_path, replace(SALES, sinks=twice))
    assert error == "sales.clean goes to cassandra twice; remove one of its sinks"


def test_source_of_a_format_that_no_reader_supports(tmp_path: Path) -> None:
    source = TopicSource(Topic("sales", "A sale", "event_id"), Format.AVRO)

    assert streams_error(tmp_path, replace(SALES, source=source)) == (
        "source of sales has format avro, which no reader supports; use json"
    )


def test_window_with_the_topic_of_the_stream(tmp_path: Path) -> None:
    window = replace(SALES.windows[0], name="clean")

    assert streams_error(tmp_path, replace(SALES, windows=(window,))) == (
        "sales has two topics sales.clean; rename a window or its source's topic"
    )


@pytest.mark.parametrize("field", ["functions", "builder"])
def test_module_that_does_not_exist(tmp_path: Path, field: str) -> None:
    reference = "lakehouse.nowhere" if field == "functions" else "lakehouse.nowhere:build"
    table = replace(gold("dim_toy"), **{field: reference})

    assert message(found(tmp_path, Workload("toys", "x", tables=(table,)))) == (
        f"{tmp_path}/toys: {field} of gold_toys.dim_toy: there is no module lakehouse.nowhere; "
        "add it or correct the name"
    )


def test_function_that_does_not_exist(tmp_path: Path) -> None:
    table = gold("dim_toy", functions="lakehouse.contracts.text")
    toys = found(tmp_path, Workload("toys", "x", tables=(table,)))

    require_valid([toys])
    (sentence,) = missing_functions([toys])
    assert sentence.startswith(f"{toys.folder}: functions of gold_toys.dim_toy: ")
    assert "dim_toy" in sentence


def test_parser_that_does_not_exist(tmp_path: Path) -> None:
    toys = found(tmp_path, Workload("toys", "x", tables=(EVENT,), streams=(SALES,)))

    require_valid([toys])
    parser, window = missing_functions([toys])
    assert parser.startswith(f"{toys.folder}: parser of sales: ")
    assert window.startswith(f"{toys.folder}: windows of sales: minutes: ")
    nowhere = replace(SALES, parser="lakehouse.nowhere:parsed")
    toys = found(tmp_path, Workload("toys", "x", tables=(EVENT,), streams=(nowhere,)))
    assert message(toys) == (
        f"{toys.folder}: parser of sales: there is no module lakehouse.nowhere; "
        "add it or correct the name"
    )


def test_silver_without_functions(tmp_path: Path) -> None:
    table = replace(EVENT, name="orders", reads=("orders",))

    assert "functions: silver_toys.orders reads tables but names no module" in message(
        found(tmp_path, Workload("toys", "x", tables=(table,)))
    )


@pytest.mark.parametrize(
    "line",
    [
        "from lakehouse.workloads.books.workload import WORKLOAD",
        "    import lakehouse.workloads.books.tables",
        "from lakehouse.workloads import books",
    ],
)
def test_import_of_a_workload_that_is_not_used(tmp_path: Path, line: str) -> None:
    books = found(tmp_path, Workload("books", "x"))
    toys = found(tmp_path, Workload("toys", "x"))
    (toys.folder / "silver.py").write_text(f"def f():\n    pass\n{line}\n")

    assert message(toys, books) == (
        f"{toys.folder}: uses: silver.py imports books, which is not among them; "
        "add it to uses or remove the import"
    )
    require_valid([replace(toys, workload=replace(toys.workload, uses=("books",))), books])


def test_import_of_an_installed_workload_that_is_not_used(tmp_path: Path) -> None:
    books = found(tmp_path, Workload("books", "x"), package="acme_books")
    toys = found(tmp_path, Workload("toys", "x"))
    (toys.folder / "silver.py").write_text("from acme_books.tables import BOOK\n")

    assert "uses: silver.py imports books" in message(toys, books)


def test_use_of_an_unknown_workload(tmp_path: Path) -> None:
    toys = found(tmp_path, Workload("toys", "x", uses=("books",)))

    assert message(toys) == (
        f"{toys.folder}: uses: there is no workload books; install it or remove it from uses"
    )


def test_workloads_that_use_each_other(tmp_path: Path) -> None:
    toys = found(tmp_path, Workload("toys", "x", uses=("books",)))
    books = found(tmp_path, Workload("books", "x", uses=("toys",)))

    with pytest.raises(InvalidWorkloadError, match="uses: books and toys use each other"):
        in_order([toys, books])


def test_used_workloads_come_first(tmp_path: Path) -> None:
    names = ("toys", ("zoo",)), ("zoo", ()), ("books", ("toys",))
    declared = [found(tmp_path, Workload(name, "x", uses=uses)) for name, uses in names]

    assert [each.name for each in in_order(declared)] == ["zoo", "toys", "books"]


def test_namespace_of_another_workload(tmp_path: Path) -> None:
    toys = found(tmp_path, Workload("toys", "x", tables=(gold("dim_book", BOOKS),)))

    assert "tables: gold_books.dim_book is of workload books; give it the" in message(toys)


def test_name_that_is_not_the_folders(tmp_path: Path) -> None:
    toys = found(tmp_path, Workload("toys", "x"), package="lakehouse.workloads.games")

    assert "name: toys is not the name of the folder" in message(toys)


def test_two_workloads_of_one_name(tmp_path: Path) -> None:
    first = found(tmp_path, Workload("toys", "x"))
    second = Found(first.workload, tmp_path / "other", "acme_toys")

    assert f"{second.folder}: name: toys is already the workload in {first.folder}" in message(
        first, second
    )


def test_dag_of_another_workload(tmp_path: Path) -> None:
    dag = Pipeline("Daily", "x", Layer.GOLD, ())
    toys, books = (found(tmp_path, Workload(n, "x", pipelines=(dag,))) for n in ("toys", "books"))

    assert f"{books.folder}: pipelines: Daily is already a DAG of {toys.folder}" in message(
        toys, books
    )


@pytest.mark.parametrize(
    ("server", "hint"),
    [
        ("kafak", "did you mean kafka?"),
        # a process; what it needs is known of its folder
        ("namenode", "choose of batch, kafka, stream"),
    ],
)
def test_server_that_does_not_exist(tmp_path: Path, server: str, hint: str) -> None:
    toys = found(tmp_path, Workload("toys", "x", servers=("stream", server)))

    assert unknown_servers([toys], {"batch", "stream", "kafka"}, {"kafka", "namenode"}) == [
        f"{toys.folder}: servers: no profile or folder of services/ is called {server}; {hint}"
    ]


def test_workload_with_the_name_of_a_server(tmp_path: Path) -> None:
    toys = found(tmp_path, Workload("toys", "x"))

    assert unknown_servers([toys], {"batch"}, {"toys"}) == [
        f"{toys.folder}: name: toys is already a server; rename the workload"
    ]


def test_port_of_another_workload(tmp_path: Path) -> None:
    toys = found(tmp_path, Workload("toys", "x", ports={"store": 27017}))
    books = found(tmp_path, Workload("books", "x", ports={"shelf": 27017}))

    assert message(toys, books) == (
        f"{books.folder}: ports: 27017 of shelf is already the port of store of toys; "
        "choose another"
    )


def test_port_of_a_server_of_the_core(tmp_path: Path) -> None:
    toys = found(tmp_path, Workload("toys", "x", ports={"store": 9092, "web": 27017}))

    require_valid([toys])
    assert taken_ports([toys], {9092: "kafka"}) == [
        f"{toys.folder}: ports: 9092 of store is already the port of kafka; choose another"
    ]


def test_gold_without_functions_and_builder(tmp_path: Path) -> None:
    table = replace(gold("dim_toy"), reads=("toys",))

    assert "functions: gold_toys.dim_toy reads tables but names no module" in message(
        found(tmp_path, Workload("toys", "x", tables=(table,)))
    )
