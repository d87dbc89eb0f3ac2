"""What Kafka and Cassandra are told follows from contracts and settings."""

from __future__ import annotations

import os
import re
from collections import OrderedDict
from pathlib import Path
from types import SimpleNamespace

import pytest

from lakehouse.contracts import cassandra as contract
from lakehouse.contracts.cassandra import LiveTable
from lakehouse.platform import cassandra, kafka
from lakehouse.platform.cassandra import CassandraError
from lakehouse.platform.probes import FRESH_SECONDS, ready
from lakehouse.platform.services import SERVICES, load_services, process_named, processes_of
from lakehouse.platform.settings import Settings
from lakehouse.platform.supervise import write_configuration
from lakehouse.registry import catalog
from lakehouse.registry.catalog import STREAMS
from lakehouse.workloads.weblogs.contracts import live

TABLE = live.SESSION_BY_MINUTE


def existing(table: LiveTable, **changed: str | None) -> SimpleNamespace:
    """A table as the driver tells of it, some columns of another type or not there."""
    types = {c.name: contract.cql_type(c.type) for c in table.columns} | changed
    columns = OrderedDict((n, SimpleNamespace(cql_type=t)) for n, t in types.items() if t)
    key = [SimpleNamespace(name=name) for name in table.key]
    return SimpleNamespace(columns=columns, primary_key=key)


def test_every_stream_has_its_topics_once() -> None:
    names = [topic.name for topic in kafka.declared_topics()]
    assert len(names) == len(set(names)) == 4 * len(STREAMS)
    assert all(re.fullmatch(r"[a-z_]+\.[a-z-]+", name) for name in names)


def test_the_broker_takes_what_its_topics_take() -> None:
    told = (SERVICES / "kafka" / "conf" / "server.properties").read_text("utf-8")
    assert f"\nmessage.max.bytes={kafka.LARGEST_MESSAGE_BYTES}\n" in told
    # a line in base64 takes a third more, and the rest of a dead letter some characters
    assert kafka.LARGEST_MESSAGE_BYTES > 4 / 3 * kafka.LONGEST_LINE_BYTES + 10_000


@pytest.mark.parametrize("service", ["kafka", "cassandra", "streaming"])
def test_configurations_ask_only_for_settings_that_there_are(service: str) -> None:
    known = {f"LAKEHOUSE_{name.upper()}" for name in Settings.model_fields}
    known |= {f"LAKEHOUSE_{service.upper()}_{what}" for what in ("DATA", "ASSEMBLY")}
    # of the machine, as process_environment finds it
    known.add("LAKEHOUSE_SPARK_JAVA")
    files = [SERVICES / service / "run", *(SERVICES / service / "conf").iterdir()]
    asked = {
        name for file in files for name in re.findall(r"LAKEHOUSE_[A-Z_]*\w", file.read_text())
    }
    assert asked - {"LAKEHOUSE_"} <= known


@pytest.mark.parametrize("table", catalog.LIVE_TABLES, ids=lambda table: table.name)
def test_a_table_is_made_with_its_columns_and_key(table: LiveTable) -> None:
    match = re.fullmatch(
        r"CREATE TABLE IF NOT EXISTS (\w+\.\w+) \((.+), PRIMARY KEY \(\(([^)]+)\), ([^)]+)\)\) "
        r"WITH CLUSTERING ORDER BY \(([^)]+)\) AND comment = '(?:[^']|'')+' "
        r"AND default_time_to_live = \d+ AND compaction = \{[^}]+\}",
        contract.create(table),
    )
    assert match, contract.create(table)
    name, columns, partition, clustering, order = match.groups()
    assert name == f"{contract.KEYSPACE}.{table.name}"
    made = dict(column.split(" ") for column in columns.split(", "))
    assert list(made) == [column.name for column in table.columns]
    assert (*partition.split(", "), *clustering.split(", ")) == table.key
    assert [entry.split(" ")[0] for entry in order.split(", ")] == clustering.split(", ")
    assert set(table.key) <= set(made)


@pytest.mark.parametrize("question", catalog.QUESTIONS, ids=lambda question: question.name)
def test_a_question_names_its_partition_and_columns_that_there_are(
    question: contract.Question,
) -> None:
    table = next(table for table in catalog.LIVE_TABLES if table.name == question.table)
    assert "FILTERING" not in question.cql
    for column in table.partition:
        assert f" {column} = " in question.cql
    selected = re.match(rf"SELECT (.+) FROM {table.full_name} WHERE ", question.cql)
    assert selected
    assert set(selected.group(1).split(", ")) <= {column.name for column in table.columns}


def test_a_table_as_declared_is_left_alone() -> None:
    assert [cassandra.additions(table, existing(table)) for table in catalog.LIVE_TABLES] == [
        [] for _ in catalog.LIVE_TABLES
    ]


def test_a_column_that_the_contract_gained_is_added() -> None:
    assert cassandra.additions(TABLE, existing(TABLE, amount=None, funnel_step=None)) == [
        f"ALTER TABLE {TABLE.full_name} ADD funnel_step int",
        f"ALTER TABLE {TABLE.full_name} ADD amount decimal",
    ]


def test_another_type_or_key_is_told_with_what_to_do() -> None:
    with pytest.raises(CassandraError, match=f"columns amount.*DROP TABLE {TABLE.full_name}"):
        cassandra.additions(TABLE, existing(TABLE, amount="text"))
    other = existing(TABLE)
    other.primary_key.pop()
    with pytest.raises(CassandraError, match=r"key minute, user_id"):
        cassandra.additions(TABLE, other)


def test_the_driver_is_ready_while_it_touches_its_file(tmp_path: Path) -> None:
    config = Settings(state_dir=tmp_path)
    process = process_named("streaming", processes_of(load_services()))
    write_configuration(load_services(), config)
    assert not ready(process, config)
    file = tmp_path / "streaming" / process.probe.path
    file.touch()
    assert ready(process, config)
    old = file.stat().st_mtime - FRESH_SECONDS - 1
    os.utime(file, (old, old))
    assert not ready(process, config)
