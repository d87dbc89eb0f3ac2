"""The way of the data through servers in containers: the acceptance tests, run beside them."""

from __future__ import annotations

import os
import time

import pytest

from containers.stack import Stack
from lakehouse.platform.settings import PROJECT

# kills go another way here: by Docker, from outside
PARTS = ("sample", "doors", "engines", "rerun", "generated", "streams")


def test_every_server_is_healthy(stack: Stack) -> None:
    found = stack.containers()
    assert {found[name]["Health"] for name in stack.servers()} == {"healthy"}


def test_the_acceptance_tests_pass_inside_the_network(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    mounts = [f"{PROJECT / name}:/opt/lakehouse/{name}:ro" for name in ("tests", "pyproject.toml")]
    if sample := os.environ.get("LAKEHOUSE_SAMPLE_DATA"):
        mounts.append(f"{sample}:/data/source:ro")
    files = [f"/opt/lakehouse/tests/acceptance/test_{part}.py" for part in PARTS]
    pytest_ = [
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        # what commands write in a container must lie on a volume
        "--basetemp=/data/generated/acceptance",
        "-c",
        "/opt/lakehouse/pyproject.toml",
    ]
    inside = stack.command(*pytest_, *files, mounts=tuple(mounts))
    # the command line's own program is Python, which runs pytest as well
    inside[1:1] = ["--entrypoint", "python", "--env", "LAKEHOUSE_SAMPLE_DATA=/data/source"]
    began = time.monotonic()
    answer = stack.compose(*inside, seconds=3000)
    with capsys.disabled():
        last = answer.stdout.strip().splitlines()[-1:]
        print(f"\nin containers: {' '.join(last)}; {time.monotonic() - began:.0f} s with start")
    assert answer.returncode == 0, answer.stdout[-8000:] + answer.stderr[-2000:]
