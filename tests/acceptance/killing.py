"""A run during which servers are killed, one after the other, each while tasks are at work."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field

import psycopg2

from integration.killing import kill
from integration.launching import lakehouse, lakehouse_started
from lakehouse.contracts.model import Layer
from lakehouse.orchestration.pipelines import PIPELINES
from lakehouse.platform import postgres
from lakehouse.platform.settings import Settings

_PAUSE = 3.0
_RESUME = re.compile(r"\./lakehouse (run \S+ --date \S+(?: --full)?)")


@dataclass(frozen=True)
class Kill:
    """One server that was killed."""

    server: str
    second: float
    at_work: str
    seconds_until_ready: float


@dataclass
class Ordeal:
    """What happened while servers were killed."""

    kills: list[Kill] = field(default_factory=list)
    runs: int = 0
    resumed_by: list[str] = field(default_factory=list)
    complaint: str = ""
    seconds: float = 0.0


def run_while_killing(platform: Settings, servers: Sequence[tuple[str, Layer]], day: str) -> Ordeal:
    """Kill each server once while a layer is built; as many runs of the five DAGs as that takes."""
    ordeal = Ordeal()
    began = time.monotonic()
    waiting = list(servers)
    while waiting:
        ordeal.runs += 1
        run = lakehouse_started("run", "--all", "--full", "--date", day)
        try:
            while waiting and (at_work := _next_work(run, waiting[0][1])):
                second = time.monotonic() - began
                name, _ = waiting.pop(0)
                ordeal.kills.append(Kill(name, second, at_work, kill(platform, name)))
            output, complaint = run.communicate(timeout=900)
        finally:
            run.kill()
        if run.returncode:
            _resume(ordeal, output + complaint)
        _wait_until_idle()
        if ordeal.complaint:
            break
    ordeal.seconds = time.monotonic() - began
    return ordeal


def _next_work(run: subprocess.Popen[str], layer: Layer) -> str:
    """Tasks of a layer that are at work some seconds from now; empty when the run is over."""
    until = time.monotonic() + _PAUSE
    dags = {pipeline.dag_id for pipeline in PIPELINES if pipeline.layer is layer}
    while run.poll() is None:
        if time.monotonic() > until:
            running = _airflow("SELECT dag_id, task_id FROM task_instance WHERE state = 'running'")
            if tasks := sorted(f"{layer}.{task}" for dag, task in running if dag in dags):
                return ", ".join(tasks)
        time.sleep(0.3)
    return ""


def _resume(ordeal: Ordeal, message: str) -> None:
    """Do what the message of a failed run says."""
    commands = _RESUME.findall(message)
    if not commands:
        ordeal.complaint = message
    for command in commands:
        ordeal.resumed_by.append(command)
        answer = lakehouse(*command.split())
        if answer.returncode:
            ordeal.complaint = answer.stdout + answer.stderr


def _wait_until_idle() -> None:
    """Wait for runs that assets have set off beside the one that was followed."""
    until = time.monotonic() + 300
    query = "SELECT dag_id, state FROM dag_run WHERE state IN ('queued', 'running')"
    while busy := _airflow(query):
        assert time.monotonic() < until, f"still at work: {busy}"
        time.sleep(1)


def _airflow(query: str) -> list[tuple[str, str]]:
    """Rows of Airflow's own database; none while that is away."""
    try:
        with (
            closing(postgres.connect("airflow", "airflow")) as server,
            server.cursor() as cursor,
        ):
            cursor.execute(query)
            return list(cursor.fetchall())
    except psycopg2.Error:
        return []
