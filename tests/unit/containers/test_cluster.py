"""Several nodes of a server differ from the one by name, number and volume; needs no engine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from lakehouse.platform.secrets import GENERATORS
from lakehouse.platform.settings import PROJECT, Settings

FILES = ("docker-compose.yml", "compose.cluster.yml")
SECRETS = {f"LAKEHOUSE_{name.upper()}": f"value-of-{name}" for name in GENERATORS}
# a further node, and the one that it is like
NODES = {
    "datanode-2": "datanode",
    "kafka-2": "kafka",
    "kafka-3": "kafka",
    "cassandra-2": "cassandra",
    "spark-worker-2": "spark-worker",
}


def compose(*arguments: str, files: tuple[str, ...] = FILES) -> subprocess.CompletedProcess[str]:
    named = [word for file in files for word in ("-f", str(PROJECT / file))]
    command = [str(Path(sys.executable).parent / "docker-compose"), *named]
    command += ["--env-file", "/dev/null", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=SECRETS)


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    """Every service as compose understands both files together."""
    answer = compose("--profile", "all", "config", "--format", "json")
    assert (answer.returncode, answer.stderr) == (0, "")
    return dict(json.loads(answer.stdout)["services"])


@pytest.mark.parametrize("profile", ["batch", "stream", "bi", "monitoring", "all"])
def test_compose_understands_the_overlay_with_each_profile(profile: str) -> None:
    answer = compose("--profile", profile, "config", "--quiet")
    assert (answer.returncode, answer.stderr) == (0, "")


def test_every_service_has_the_settings_of_the_cluster(services: dict[str, Any]) -> None:
    cluster = dict(
        line.split("=", 1)
        for line in (PROJECT / "containers/cluster.env").read_text().splitlines()
        if not line.startswith("#")
    )
    own = {"postgres", "prepare-postgres"}
    for name, service in services.items():
        if name not in own and service["image"].startswith("lakehouse/"):
            assert cluster.items() <= service["environment"].items(), name


def test_names_in_the_files_are_settings() -> None:
    known = {f"LAKEHOUSE_{name.upper()}" for name in Settings.model_fields}
    overlay = (PROJECT / "compose.cluster.yml").read_text()
    text = overlay + (PROJECT / "containers/cluster.env").read_text()
    assert set(re.findall(r"LAKEHOUSE_[A-Z_]+(?==|:)", text)) <= known


@pytest.mark.parametrize(("node", "first"), NODES.items())
def test_a_further_node_has_a_volume_of_its_own_and_all_else_of_the_first(
    node: str, first: str, services: dict[str, Any]
) -> None:
    volumes = {name: services[name]["volumes"] for name in (node, first)}
    assert [v["source"] for v in volumes[node]] == [node]
    assert [v["target"] for v in volumes[node]] == [v["target"] for v in volumes[first]]
    for what in ("image", "mem_limit", "healthcheck", "restart", "logging", "profiles"):
        assert services[node][what] == services[first][what], what
    assert not services[node].get("ports")


def test_kafka_knows_each_of_its_nodes_once(services: dict[str, Any]) -> None:
    found = {
        environment.get("LAKEHOUSE_KAFKA_NODE_ID", "1"): environment.get(
            "LAKEHOUSE_KAFKA_NODE_HOST", environment["LAKEHOUSE_KAFKA_HOST"]
        )
        for name, environment in ((n, services[n]["environment"]) for n in services)
        if re.fullmatch(r"kafka(-\d)?", name)
    }
    voters = services["kafka"]["environment"]["LAKEHOUSE_KAFKA_VOTERS"]
    assert voters == ",".join(f"{number}@{host}:9093" for number, host in sorted(found.items()))
    servers = services["nifi"]["environment"]["LAKEHOUSE_KAFKA_SERVERS"]
    assert servers == ",".join(f"{host}:9092" for _, host in sorted(found.items()))


def test_copies_are_not_more_than_nodes(services: dict[str, Any]) -> None:
    environment = services["spark"]["environment"]
    for server, setting in (
        ("kafka", "KAFKA_REPLICATION"),
        ("datanode", "HDFS_REPLICATION"),
        ("cassandra", "CASSANDRA_REPLICATION"),
    ):
        nodes = [name for name in services if re.fullmatch(rf"{server}(-\d)?", name)]
        assert len(nodes) == int(environment[f"LAKEHOUSE_{setting}"]) > 1


def test_its_data_never_meets_that_of_single_nodes() -> None:
    overlay = (PROJECT / "compose.cluster.yml").read_text()
    assert re.search(r"^name: lakehouse-cluster$", overlay, re.M)
    base = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
    assert base["name"] == "lakehouse"
