"""The flows of NiFi: nothing in them is invented, and nothing that fails ends anywhere."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

import pytest

from lakehouse.contracts import cassandra
from lakehouse.contracts.streams import PARTITION_COLUMNS
from lakehouse.platform.nifi_parameters import PARAMETERS
from lakehouse.platform.settings import PROJECT, Settings
from lakehouse.registry import catalog
from lakehouse.registry.catalog import STREAMS
from lakehouse.sinks.encoding.parquet import fields_of
from lakehouse.streams.flows import GROUPS
from lakehouse.workloads.weblogs.contracts.streams import ACCESS_LOG

NAMES = {"LogToBronzeState", "ClickToBronzeState", "ToSilverState", "Ecom_log", "Ecom_clickstream"}
JAVA = PROJECT / "services/nifi/nar/src/main/java"
PYTHON = PROJECT / "nifi-templates/processors"
# of processors that are not ours: NiFi's documentation of MergeContent; and of all in Python
OF_NIFI = {
    "org.apache.nifi.processors.standard.MergeContent": {"merged", "failure", "original"},
}
OF_PYTHON = {"failure", "original"}
# pixels that NiFi draws a processor with on its canvas
WIDTH, HEIGHT = 352, 128
FLOWS: list[dict[str, Any]] = [json.loads(group.render())["flowContents"] for group in GROUPS]
PROCESSORS = [processor for flow in FLOWS for processor in flow["processors"]]


def relationships(kind: str) -> set[str]:
    """Names of all relationships that a type of processor declares in its source."""
    if kind in OF_NIFI:
        return OF_NIFI[kind]
    if kind.startswith("lakehouse."):
        source = (JAVA / kind.replace(".", "/")).with_suffix(".java").read_text("utf-8")
        found = set(re.findall(r'Relationship\.Builder\(\)\s*\.name\("(\w+)"\)', source))
    else:
        source = (PYTHON / f"{kind}.py").read_text("utf-8")
        found = set(re.findall(r'Relationship\("(\w+)"', source)) | OF_PYTHON
    assert found, kind
    return found


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
        ended = set(processor["autoTerminatedRelationships"])
        assert not {"failure", "merged"} & ended
        routed = {one for one in relationships(processor["type"]) - ended}
        assert routed == {
            name for identifier, name in connected if identifier == processor["identifier"]
        }, processor["name"]


def test_records_that_fit_into_no_file_are_routed_to_quarantine() -> None:
    written = [one for one in PROCESSORS if one["properties"].get("Format") == "parquet"]
    routed = {
        link["source"]["id"]
        for flow in FLOWS
        for link in flow["connections"]
        if "invalid" in link["selectedRelationships"]
    }
    assert len(written) == len(STREAMS)
    for processor in written:
        assert "invalid" not in processor["autoTerminatedRelationships"]
        assert processor["identifier"] in routed


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow["name"])
def test_queues_are_bounded_and_ends_exist(flow: dict[str, Any]) -> None:
    known = {one["identifier"]: one["name"] for one in flow["processors"]}
    for link in flow["connections"]:
        assert known[link["source"]["id"]] == link["source"]["name"]
        assert known[link["destination"]["id"]] == link["destination"]["name"]
        assert link["backPressureObjectThreshold"] > 0
        assert link["backPressureDataSizeThreshold"]


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow["name"])
def test_no_two_processors_overlap_on_the_canvas(flow: dict[str, Any]) -> None:
    places = [(one["position"]["x"], one["position"]["y"]) for one in flow["processors"]]
    for (x, y), (other_x, other_y) in itertools.combinations(places, 2):
        assert abs(x - other_x) >= WIDTH or abs(y - other_y) >= HEIGHT


def test_identifiers_are_unique() -> None:
    found = [flow["identifier"] for flow in FLOWS]
    for flow in FLOWS:
        found += [one["identifier"] for one in (*flow["processors"], *flow["connections"])]
    assert len(found) == len(set(found))


def test_topics_are_declared() -> None:
    declared = {topic.name for stream in STREAMS for topic in stream.topics}
    assert values("Topic") <= declared
    assert {stream.raw.name for stream in STREAMS} <= values("Topic")
    assert {stream.aggregates[0].name for stream in STREAMS} <= values("Topic")


def test_tables_are_declared() -> None:
    assert values("Table") == {table.name for table in catalog.EVENT_TABLES.values()}
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
