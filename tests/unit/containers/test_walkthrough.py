"""`docker exec -it spark-master bash -f /opt/spark-apps/streaming/clickStreaming.sh`."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from lakehouse.platform.settings import PROJECT

SCRIPT = PROJECT / "containers/walkthrough.sh"


def test_the_container_of_the_streams_has_the_name_and_the_files() -> None:
    services = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    names = {n: s["container_name"] for n, s in services.items() if "container_name" in s}
    assert names == {"streaming": "${LAKEHOUSE_STREAMING_CONTAINER:-spark-master}"}
    stage = re.search(
        r"^FROM python AS streaming\n(?:.+\n)+", (PROJECT / "Dockerfile").read_text(), re.M
    )
    assert stage is not None
    for name in ("clickStreaming.sh", "logStreaming.sh"):
        assert f"COPY containers/walkthrough.sh /opt/spark-apps/streaming/{name}\n" in stage.group()


@pytest.mark.parametrize("ready", [True, False])
def test_it_prints_what_replaces_it_and_the_state_of_the_driver(
    ready: bool, tmp_path: Path
) -> None:
    if ready:
        (tmp_path / "ready").touch()
    answer = subprocess.run(
        ["bash", "-f", SCRIPT],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "LAKEHOUSE_STREAMING_DATA": str(tmp_path)},
    )
    assert answer.returncode == (0 if ready else 1)
    assert "./lakehouse --runtime docker stream write" in answer.stdout
    assert ("all queries of the driver are active" in answer.stdout) is ready
