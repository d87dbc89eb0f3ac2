"""What is kept when containers go, and what people are told when something is missing."""

from __future__ import annotations

import os
import subprocess

from containers.stack import Stack
from lakehouse.platform.settings import PROJECT

COUNTS = (
    "SELECT (SELECT count(*) FROM gold.fact_order), (SELECT count(*) FROM gold.fact_access_log), "
    "(SELECT count(*) FROM silver.customers)"
)


def test_down_and_up_keep_all_data(stack: Stack) -> None:
    before = stack.lakehouse("sql", COUNTS, "--format", "csv")
    stack.must("down")
    assert stack.containers() == {}
    stack.up()
    assert stack.lakehouse("sql", COUNTS, "--format", "csv") == before
    assert stack.differences() == []


def test_secrets_that_are_there_stay(stack: Stack) -> None:
    before = stack.secrets
    command = ["docker", "run", "--rm", "--interactive", "lakehouse/tools:0.1.0", "secrets"]
    answer = subprocess.run(command, input=before, capture_output=True, text=True, check=True)
    assert answer.stdout == before


def test_the_command_of_walkthroughs_reports_the_driver(stack: Stack) -> None:
    name = stack.containers()["streaming"]["Name"]
    script = "/opt/spark-apps/streaming/clickStreaming.sh"
    command = ["docker", "exec", name, "bash", "-f", script]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert "all queries of the driver are active" in answer.stdout


def test_the_usage_is_printed_and_starts_nothing(stack: Stack) -> None:
    before = set(stack.containers())
    assert "--profile batch" in stack.must("run", "--rm", "usage")
    assert set(stack.containers()) == before


def test_without_secrets_people_are_told_what_to_run() -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("LAKEHOUSE_")}
    command = ["docker", "compose", "--file", str(PROJECT / "docker-compose.yml")]
    command += ["--env-file", "/dev/null", "--profile", "all", "up", "--detach"]
    answer = subprocess.run(command, capture_output=True, text=True, env=bare)
    assert answer.returncode != 0
    assert "run ./init.sh first" in answer.stderr
