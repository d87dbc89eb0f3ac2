"""The flows of NiFi: nothing in them is invented, and nothing that fails ends anywhere."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

from lakehouse.contracts import cassandra
from lakehouse.contracts.streams import ACCESS_LOG, PARTITION_COLUMNS, STREAMS
from lakehouse.platform.nifi_parameters import PARAMETERS
from lakehouse.platform.settings import Settings
from lakehouse.streams.flow_model import ROW
from lakehouse.streams.flows import GROUPS
from lakehouse.streams.parquet import fields_of

NAMES = {"LogToBronzeState", "ClickToBronzeState", "ToSilverState", "Ecom_log", "Ecom_clickstream"}
# what each type of processor may hand on, except what is merely done
OWED = {
    "lakehouse.nifi.TailLines": {"success"},
    "lakehouse.nifi.PublishLines": {"failure"},
    "lakehouse.nifi.ConsumeLines": {"success"},
    "org.apache.nifi.processors.standard.MergeContent": {"merged", "failure"},
    "PutCassandra": {"failure", "invalid"},
    "PutHdfs": {"failure"},
}
FLOWS: list[dict[str, Any]] = [json.loads(group.render())["flowContents"] for group in GROUPS]
PROCESSORS = [processor for flow in FLOWS for processor in flow["processors"]]


def values(name: str) -> set[str]:
    """What processors say in a property."""
    return {one["properties"][name] for one in PROCESSORS if name in one["properties"]}


def test_the_groups_have_the_names_that_people_know() -> None:
    assert {flow["name"] for flow in FLOWS} == NAMES


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow["name"])
def test_whatever_is_owed_is_connected(flow: dict[str, Any]) -> None:
    connected = {
        (link["source"]["id"], relationship)
        for link in flow["connections"]
        for relationship in link["selectedRelationships"]
    }
    for processor in flow["processors"]:
        assert not {"failure", "merged"} & set(processor["autoTerminatedRelationships"])
        for relationship in OWED[processor["type"]]:
            assert (processor["identifier"], relationship) in connected, processor["name"]


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow["name"])
def test_records_that_never_fit_are_set_aside(flow: dict[str, Any]) -> None:
    for processor in flow["processors"]:
        if processor["properties"].get("Format") == "parquet":
            ends = processor["autoTerminatedRelationships"]
            assert "invalid" not in ends
            links = [
                one for one in flow["connections"] if "invalid" in one["selectedRelationships"]
            ]
            assert processor["identifier"] in {one["source"]["id"] for one in links}


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow["name"])
def test_queues_are_bounded_and_ends_exist(flow: dict[str, Any]) -> None:
    known = {one["identifier"]: one["name"] for one in flow["processors"]}
    for link in flow["connections"]:
        assert known[link["source"]["id"]] == link["source"]["name"]
        assert known[link["destination"]["id"]] == link["destination"]["name"]
        assert link["backPressureObjectThreshold"] > 0
        assert link["backPressureDataSizeThreshold"]


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow["name"])
def test_no_two_processors_share_a_place(flow: dict[str, Any]) -> None:
    places = Counter((p["position"]["x"], p["position"]["y"]) for p in flow["processors"])
    assert max(places.values()) == 1
    assert ROW > 130  # the height of a processor on the canvas


def test_identifiers_are_unique() -> None:
    found = [flow["identifier"] for flow in FLOWS]
    for flow in FLOWS:
        found += [one["identifier"] for one in (*flow["processors"], *flow["connections"])]
    assert len(found) == len(set(found))


def test_topics_are_declared() -> None:
    declared = {topic.name for stream in STREAMS for topic in stream.topics}
    assert values("Topic") <= declared
    assert {stream.raw.name for stream in STREAMS} <= values("Topic")
    assert {stream.minutes.name for stream in STREAMS} <= values("Topic")


def test_tables_are_declared() -> None:
    assert values("Table") == {table.name for table in cassandra.EVENTS.values()}
    assert values("Keyspace") == {cassandra.KEYSPACE}


def test_every_parameter_is_used_and_known() -> None:
    used = set()
    for processor in PROCESSORS:
        for value in processor["properties"].values():
            used |= set(re.findall(r"#\{([^}]+)\}", value))
    assert used == {parameter.name for parameter in PARAMETERS}


def test_silver_gets_the_columns_of_its_contract() -> None:
    written = [
        [(field.name, field.type, field.required) for field in fields_of(text)]
        for text in values("Schema")
    ]
    for stream in STREAMS:
        assert [
            (column.name, column.type, not column.nullable)
            for column in stream.event.columns
            if column.name not in PARTITION_COLUMNS
        ] in written


@pytest.mark.parametrize(
    ("name", "is_log"),
    [
        ("access.log", True),
        ("access.log.1", True),
        ("access.log.2.gz", True),
        ("access.log-20261130", True),
        ("access.log-20261130.gz", True),
        ("access.log.20260101-120000", True),
        ("access.log.20261130T101500Z-001", True),
        (".access.log.1.swp", False),
        ("access_log", False),
        ("my-access.log", False),
        ("accessXlog", False),
    ],
)
def test_the_log_and_its_rotated_files_are_read(name: str, is_log: bool) -> None:
    standard = Settings(_env_file=None).weblog_names(ACCESS_LOG.name)
    assert bool(re.fullmatch(standard, name)) is is_log
    assert {one.name: one.standard for one in PARAMETERS}["names.access_log"] == standard


def test_the_names_of_log_files_are_a_setting() -> None:
    docker = Settings(_env_file=None, weblogs_pattern=r"({log}|.*-json\.log)([-.].+)?")
    (names,) = (one for one in PARAMETERS if one.name == "names.access_log")
    for name in ("access.log.1", "4d2a-json.log", "4d2a-json.log.2.gz"):
        assert re.fullmatch(names.value(docker), name)
    assert "#{names.access_log}" in values("File Pattern")
