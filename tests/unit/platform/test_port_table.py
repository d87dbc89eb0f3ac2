"""No two servers open the same port; default ports of their programs stay closed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lakehouse.contracts.workload import Workload
from lakehouse.platform import port_table
from lakehouse.platform.port_table import (
    Port,
    closed,
    collisions,
    of_processes,
    of_vendors,
    of_workloads,
    reopened,
    table,
)
from lakehouse.platform.services import ClosedPort, load_services, process_named, processes_of
from lakehouse.platform.settings import PROJECT

KAFKA = next(port for port in of_processes() if port.number == 9093)
# of every workload that declares a port; a name of its own is a collision with itself
STORE = Workload("toys", "x", ports={"store": 9093})
BOOKS = Workload("books", "x", ports={"shelf": 27017, "web": 27018})
GAMES = Workload("games", "x", ports={"board": 27018})


def test_no_two_servers_open_the_same_port() -> None:
    assert collisions(table()) == []


def test_table_has_every_kind_of_port() -> None:
    numbers = {port.number for port in table()}
    # those that people and other programs know, of processes and of images of vendors
    assert {9042, 7000, 7199, 9092, 9093, 8020, 9864, 9866, 9867, 9870, 3000, 8070} <= numbers
    # defaults of programs: Spark UI, logs of Airflow, remote input and cluster of NiFi
    assert {4040, 8793, 8794, 10443, 11443} <= {port.number for port in closed()}


@pytest.mark.parametrize(
    ("ports", "sentence"),
    [
        (
            [KAFKA, Port(9093, "alertmanager", "http")],
            "port 9093 of alertmanager (http) is already that of kafka (controller)",
        ),
        (
            [*of_vendors(), Port(3000, "notebooks", "http")],
            "port 3000 of notebooks (http) is already that of grafana (http)",
        ),
        ([KAFKA, *of_workloads([STORE])], "port 9093 of store of toys () is already that of kafka"),
        (
            [*of_workloads([BOOKS, GAMES])],
            "port 27018 of board of games () is already that of web of books ()",
        ),
    ],
)
def test_collision_names_both_servers(ports: list[Port], sentence: str) -> None:
    (found,) = collisions(ports)
    assert found.startswith(sentence)


def test_closed_default_port_of_another_program_may_be_opened() -> None:
    assert collisions([Port(9090, "hbase", "thrift", closed_by="conf"), Port(9090, "x", "")]) == []


def test_configuration_closes_default_ports() -> None:
    assert reopened() == []


@pytest.mark.parametrize(
    ("service", "file", "setting", "changed", "number"),
    [
        ("spark", "conf/spark-defaults.conf", r"(spark.ui.enabled\s+)false", r"\1true", 4040),
        ("airflow", "run", "--skip-serve-logs", "", 8793),
        ("nifi", "conf/nifi.properties", r"\Z", "nifi.remote.input.socket.port=10443\n", 10443),
        ("nifi", "conf/nifi.properties", r"\Z", "nifi.cluster.is.node=true\n", 6342),
        ("spark", "run", "transport.mode=http", "transport.mode=binary", 10000),
        ("hdfs", "conf/hdfs-site.xml", r"\Z", "<name>dfs.http.policy</name>", 9871),
        ("cassandra", "conf/cassandra.yaml", r"\Z", "server_encryption_options:\n", 7001),
    ],
)
def test_default_port_that_is_opened_again_is_found(
    service: str,
    file: str,
    setting: str,
    changed: str,
    number: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (found,) = [one for one in load_services() if one.name == service]
    for port in {port.file for process in found.process for port in process.closed}:
        (tmp_path / port).parent.mkdir(exist_ok=True)
        (tmp_path / port).write_text((found.folder / port).read_text())
    text = (tmp_path / file).read_text()
    (tmp_path / file).write_text(re.sub(setting, changed, text))
    moved = found.model_copy(update={"folder": tmp_path})
    monkeypatch.setattr(port_table, "load_services", lambda: (moved,))
    assert any(f" port {number} of " in sentence for sentence in reopened())


def test_no_server_opens_a_port_for_debugging_or_remote_management() -> None:
    options = re.compile(r"jdwp|jmxremote\.port|cassandra\.jmx\.remote|debugpy")
    files = [file for file in (PROJECT / "services").rglob("*") if file.is_file()]
    texts = {file: file.read_text("utf-8", errors="ignore") for file in files}
    assert len(texts) > 30
    assert [file for file, text in texts.items() if options.search(text)] == []


def test_page_has_a_line_for_each_port() -> None:
    lines = port_table.page().splitlines()
    assert len([line for line in lines if re.match(r"\| \d", line)]) == len(table())
    assert "| 9093 | kafka | controller | `LAKEHOUSE_KAFKA_CONTROLLER_PORT` | open |" in lines


def test_closed_ports_are_those_of_services() -> None:
    spark = process_named("spark", processes_of(load_services()))
    port = ClosedPort(number=1, name="x", file="run", text="")
    (found,) = closed([spark.model_copy(update={"closed": (port,)})])
    assert found == Port(1, "spark", "x", closed_by="services/spark/run")
