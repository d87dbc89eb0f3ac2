"""One platform in containers for all tests of this folder; they need a Docker engine."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from containers.stack import Stack

# later tests build on what earlier ones left
ORDER = ("test_acceptance", "test_bi", "test_kills", "test_life", "test_memory", "test_cluster")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of this folder in order, behind all others."""

    def place(item: pytest.Item) -> int:
        here = item.path.parent == Path(__file__).parent
        return ORDER.index(item.path.stem) if here else -1

    items.sort(key=place)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Batch and streams, healthy; removed with their data afterwards."""
    if subprocess.run(["docker", "info"], capture_output=True).returncode:
        pytest.skip("no Docker engine answers")
    made = Stack("lakehouse-test", tmp_path_factory.mktemp("stack"))
    try:
        made.leave_out_what_cannot_be_had()
        made.must("--profile", "cli", "build", seconds=3600)
        began = time.monotonic()
        made.up()
        print(f"\nall healthy after {time.monotonic() - began:.0f} s")
        # the flows of NiFi
        made.lakehouse("up", "stream")
        yield made
    finally:
        made.remove()
