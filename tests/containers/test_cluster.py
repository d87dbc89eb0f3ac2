"""Several nodes of each server: one of a kind may die, the work is shared, nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from containers.stack import Stack, until
from containers.test_life import COUNTS
from lakehouse.workloads.weblogs.pipelines import STREAMS_GOLD

DAY = "2026-01-05"
RATE = 300
WRITE_SECONDS = 150
SECONDS = 30
# of every declared topic: on how many nodes each partition has a copy, and how many are up to date
_TOPICS = """
import json
from confluent_kafka.admin import AdminClient
from lakehouse.platform.kafka import address, declared_topics
from lakehouse.platform.settings import settings
found = AdminClient({"bootstrap.servers": address(settings())}).list_topics(timeout=20).topics
print(json.dumps([
    (len(part.replicas), len(part.isrs))
    for topic in declared_topics() for part in found[topic.name].partitions.values()
]))
"""
# tasks that tell where they ran, long enough that no worker takes them all
_TASKS = """
import json, socket, time
from pyspark.sql.functions import udf
from lakehouse.platform.spark import connect

# first of all: what a function becomes depends on the session
session = connect("where tasks run")

@udf
def where(_):
    time.sleep(0.5)
    return socket.gethostname()

rows = session.range(0, 16, 1, 16).select(where("id")).distinct().collect()
print(json.dumps(sorted(row[0] for row in rows)))
"""


@dataclass(frozen=True)
class Losses:
    """What the others told while a node was dead, and how the work at that time ended."""

    copies: set[tuple[int, int]]
    workers: list[str]
    written: int
    run: int


@pytest.fixture(scope="module")
def cluster(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Several nodes, healthy; the single ones end first, as there is memory for one of both."""
    stack.must("down")
    made = Stack(
        "lakehouse-cluster-test", tmp_path_factory.mktemp("cluster"), "compose.cluster.yml"
    )
    try:
        made.leave_out_what_cannot_be_had()
        made.up()
        made.lakehouse("up", "stream")
        yield made
    finally:
        made.remove()


@pytest.fixture(scope="module")
def losses(cluster: Stack) -> Losses:
    """A broker, then a data node dies while the DAGs run and lines are written."""
    cluster.lakehouse("generate", "--orders", "2000", "--seed", "6", "--out", "/data/generated/one")
    cluster.lakehouse("load", "--yes", "--from", "/data/generated/one")
    writer = cluster.started(
        *("stream", "write", "--rate", str(RATE), "--duration", str(WRITE_SECONDS))
    )
    run = cluster.started("run", "--all", "--date", DAY)
    workers = json.loads(cluster.python(_TASKS))
    cluster.must("kill", "kafka-2")
    until(lambda: copies_of_topics(cluster) == {(3, 2)})
    copies = copies_of_topics(cluster)
    cluster.up()
    cluster.must("kill", "datanode-2")
    run.communicate(timeout=1800)
    cluster.up()
    writer.communicate(timeout=600)
    cluster.lakehouse("run", STREAMS_GOLD.dag_id)
    return Losses(copies, workers, writer.returncode, run.returncode)


def copies_of_topics(cluster: Stack) -> set[tuple[int, int]]:
    return {(made, current) for made, current in json.loads(cluster.python(_TOPICS))}


def state_of_files(cluster: Stack) -> dict[str, Any]:
    """What the name node knows of blocks and of the nodes that hold them."""
    query = {"qry": "Hadoop:service=NameNode,name=FSNamesystem"}
    url = f"http://127.0.0.1:{cluster.port('NAMENODE_HTTP')}/jmx"
    answer = requests.get(url, params=query, timeout=SECONDS)
    return dict(answer.json()["beans"][0])


def test_topics_have_three_copies_and_go_on_with_two(losses: Losses, cluster: Stack) -> None:
    assert losses.copies == {(3, 2)}
    assert losses.written == 0
    assert copies_of_topics(cluster) == {(3, 3)}


def test_files_are_written_without_the_one_node_and_read_without_the_other(
    losses: Losses, cluster: Stack
) -> None:
    assert losses.run == 0
    # what was written to one node alone is copied to the other, once that is back
    until(lambda: state_of_files(cluster)["UnderReplicatedBlocks"] == 0)
    before = cluster.lakehouse("sql", COUNTS, "--format", "csv")
    cluster.must("kill", "datanode")
    meanwhile = cluster.lakehouse("sql", COUNTS, "--format", "csv")
    cluster.up()
    assert meanwhile == before


def test_tasks_run_on_both_workers(losses: Losses) -> None:
    assert losses.workers == ["spark-worker", "spark-worker-2"]


def test_nothing_is_lost_and_nothing_doubled(losses: Losses, cluster: Stack) -> None:
    assert losses.run == losses.written == 0
    assert cluster.differences() == []


def test_the_kernel_has_ended_no_process(losses: Losses, cluster: Stack) -> None:
    assert cluster.ended_by_the_kernel() == []
