"""A workload whose stream comes from a topic; everything else derives from its declaration."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lakehouse.platform.settings import PROJECT

FOLDER = Path(__file__).parent / "workloads"
PROGRAM = """
import json, sys
import lakehouse.workloads
lakehouse.workloads.__path__.append(sys.argv[1])
from lakehouse.cli import completion, demos, public_names
from lakehouse.cli.app import app
from lakehouse.platform import kafka, postgres, selection
from lakehouse.platform.settings import Settings
from lakehouse.registry import catalog, dictionary, validation
from lakehouse.serving import stages
from lakehouse.serving.grafana.platform_board import BOARD
from lakehouse.streams import driving, flows

def titles(found):
    return [[one.before.title, one.after.title, one.after.is_once] for one in found]

stream = catalog.stream("trinket_sales")
config = Settings(_env_file=None, kafka_partitions=1)
others = [one for one in catalog.STREAMS if one is not stream]
slots = [int(driving.master(one, config)[6:-1]) for one in (catalog.STREAMS, others)]
page = public_names.page(app)
print(json.dumps({
    "missing": validation.missing_functions(catalog.FOUND),
    "topics": [one.name for one in kafka.declared_topics() if "trinket" in one.name],
    "live": [one.full_name for one in catalog.LIVE_TABLES if "trinket" in one.full_name],
    "owner": postgres.owners().get("trinket_reports"),
    "routes": [one.name for one in driving.driven(catalog.STREAMS)],
    "slots": slots[0] - slots[1],
    "stages": titles(stages.stages(stream)),
    "windows": titles(stages.window_stages(stream)),
    "flows": [group.name for group in flows.GROUPS],
    "in flows": [group.name for group in flows.GROUPS if "trinket" in group.render()],
    "public": [one for one in page.splitlines() if "trinket_reports" in one],
    "dictionary": [one for one in dictionary.render().splitlines() if "trinket_" in one],
    "commands": [one for one in page.splitlines() if one.split()[:1] == ["trinkets"]],
    "demo": [step.heading for _, demo in demos.chosen(["trinkets"]) for step in demo.steps],
    "default demo": [one.name for one, _ in demos.chosen([])],
    "board": "trinket_sales" in str(BOARD),
    "group": selection.server_groups()["trinkets"],
    "servers": [one.name for one in selection.members(["trinkets"])],
    "completed": [
        *completion.names_of_servers("trin"),
        *completion.workload_names("trin"),
        *completion.demo_names("trin"),
    ],
}))
"""


@pytest.fixture(scope="module")
def derived() -> dict[str, Any]:
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(FOLDER)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(PROJECT / "src")},
    )
    assert answer.returncode == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def test_declaration_is_valid(derived: dict[str, Any]) -> None:
    assert derived["missing"] == []


def test_topics_tables_and_databases_are_provisioned(derived: dict[str, Any]) -> None:
    assert derived["topics"] == [
        "daily_trinkets",
        "trinket_sales.clean",
        "trinket_sales.dead-letter",
        "trinket_sales.daily",
        "trinket_revenue",
    ]
    assert derived["live"] == [
        "log_data.trinket_sales_by_minute",
        "trinkets.revenue_by_day",
    ]
    assert derived["owner"] == "loader"


def test_driver_writes_to_the_sinks_of_a_topic(derived: dict[str, Any]) -> None:
    assert derived["routes"] == [
        "trinket_sales.clean.cassandra",
        "trinket_sales.clean.hdfs",
        "trinket_sales.daily.cassandra",
        "trinket_sales.daily.kafka",
        "trinket_sales.daily.postgres",
    ]
    # a partition of the source, a window, five sinks
    assert derived["slots"] == 7


def test_reconciliation_has_a_stage_for_each_sink(derived: dict[str, Any]) -> None:
    assert derived["stages"] == [["clean", "Cassandra", True], ["clean", "silver", False]]
    assert derived["windows"] == [
        ["daily", "Kafka", False],
        ["daily", "PostgreSQL", True],
    ]


def test_nifi_has_no_flow_of_a_topic(derived: dict[str, Any]) -> None:
    assert derived["in flows"] == []
    assert len(derived["flows"]) == 5


def test_names_are_public_and_described(derived: dict[str, Any]) -> None:
    assert "trinket_reports.daily_revenue.revenue" in derived["public"]
    assert "### trinket_reports.daily_revenue" in derived["dictionary"]
    assert "- Made from `trinket_sales.daily`" in derived["dictionary"]
    assert derived["commands"] == ["trinkets", "trinkets --count"]
    assert derived["board"]


def test_commands_accept_its_name_for_its_servers(derived: dict[str, Any]) -> None:
    assert derived["group"] == ["kafka", "stream"]
    assert sorted(derived["servers"]) == [
        *("cassandra", "datanode", "kafka", "namenode", "nifi", "streaming"),
    ]
    assert derived["completed"] == ["trinkets", "trinkets", "trinkets"]


def test_demo_is_shown_by_its_name_only(derived: dict[str, Any]) -> None:
    assert derived["demo"] == ["Trinkets"]
    assert derived["default demo"] == ["shop", "weblogs"]
