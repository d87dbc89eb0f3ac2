"""docs/architecture.md lists the servers and DAGs as they are declared."""

from __future__ import annotations

import re

import pytest

from lakehouse.orchestration.pipelines import KNOWN, MAINTENANCE
from lakehouse.platform.services import Process, Service, load_services
from lakehouse.platform.settings import PROJECT, Settings

PAGE = (PROJECT / "docs" / "architecture.md").read_text("utf-8")
LOCKED = (PROJECT / "requirements" / "lakehouse.txt").read_text("utf-8")
SERVERS = [(service, process) for service in load_services() for process in service.process]
# the version is that of the operating system
UNPINNED = {"prometheus", "node-exporter"}


def row(name: str) -> list[str]:
    """Cells of the table of servers."""
    (found,) = re.findall(rf"^\| {re.escape(name)} \|(.+)\|$", PAGE, re.M)
    return [cell.strip() for cell in found.split("|")]


@pytest.mark.parametrize(("service", "process"), SERVERS, ids=[p.name for _, p in SERVERS])
def test_row_of_a_server_is_what_it_declares(service: Service, process: Process) -> None:
    _, version, ports, memory, needs, folder = row(process.name)
    config = Settings(_env_file=None)  # type: ignore[call-arg]
    declared = {str(process.port(name, config)) for name in process.ports}
    assert set(re.findall(r"\d+", ports)) == declared
    assert int(memory.split(",")[0]) == process.memory_mb
    assert tuple(filter(None, needs.split(", "))) == process.needs
    assert folder == f"`services/{service.name}`"
    if process.name not in UNPINNED:
        sources = [service.pom, service.requirements]
        installed = "".join(file.read_text("utf-8") for file in sources if file) + LOCKED
        assert [v for v in re.findall(r"\d+\.\d+\.\d+", version) if v not in installed] == []


def test_every_dag_has_one_row() -> None:
    named = re.findall(r"^\| `(\w+)` \| [^|]+ \| [^|]+ \| [^|]*\|$", PAGE, re.M)
    assert sorted(named) == sorted([*(pipeline.dag_id for pipeline in KNOWN), MAINTENANCE])
