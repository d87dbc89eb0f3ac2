"""Lines of `.env` in init.sh and after-compose.sh, with a program in the place of Docker."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lakehouse.platform.secrets import completed
from lakehouse.platform.settings import PROJECT

# docker compose config is the real one; nothing is built, pulled or started
DOCKER = """\
#!/usr/bin/env bash
case "$*" in
  "info --format"*) echo 17179869184 ;;
  "compose version --short") echo 2.30.0 ;;
  *"run --rm --interactive"*) cat ;;
  "compose "*" config "*) shift; exec docker-compose "$@" ;;
  "compose ps "*) echo "${RUNNING:-}" ;;
  "ps --all"*) printf '%s' "${OWNER:-}" ;;
  compose*run*) echo "$*" >>"$CALLS" ;;
esac
"""
FILES = ("init.sh", "after-compose.sh", "docker-compose.yml")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with Docker replaced, and secrets in its `.env`."""
    for name in FILES:
        shutil.copy(PROJECT / name, tmp_path)
    shutil.copytree(PROJECT / "containers", tmp_path / "containers")
    for name, text in (("bin/docker", DOCKER), ("lakehouse", '#!/bin/sh\necho "$@" >>"$CALLS"\n')):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / ".env").write_text(completed("LAKEHOUSE_PUBLISH_HOST=192.0.2.1\n"))
    return tmp_path


def run(checkout: Path, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script of the checkout."""
    path = f"{checkout / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}"
    return subprocess.run(
        [checkout / script],
        capture_output=True,
        text=True,
        env={
            "PATH": path + os.environ["PATH"],
            "CALLS": str(checkout / "calls"),
            "RUNNING": "running",
            **environment,
        },
    )


def add(checkout: Path, line: str) -> None:
    """Add a line to `.env`."""
    with (checkout / ".env").open("a") as file:
        file.write(f"{line}\n")


def calls(checkout: Path) -> str:
    """Commands that were run in containers."""
    file = checkout / "calls"
    return file.read_text() if file.exists() else ""


@pytest.mark.parametrize("form", ["absolute", "relative"])
def test_a_source_folder_in_env_is_loaded(form: str, checkout: Path) -> None:
    folder = checkout / "my data"
    folder.mkdir()
    add(checkout, f"LAKEHOUSE_SOURCE_DIR='{folder if form == 'absolute' else folder.name}'")
    answer = run(checkout, "init.sh")
    assert answer.returncode == 0, answer.stderr
    assert f"source data: your files in {folder}\n" in answer.stderr
    assert "generate" not in calls(checkout)
    assert run(checkout, "after-compose.sh", RUNNING="postgres").returncode == 0
    assert "load --from /data/source\n" in calls(checkout)


def test_without_a_source_folder_orders_are_generated_and_loaded(checkout: Path) -> None:
    answer = run(checkout, "init.sh")
    assert answer.returncode == 0, answer.stderr
    assert "generate --orders 20000" in calls(checkout)
    assert run(checkout, "after-compose.sh", RUNNING="postgres").returncode == 0
    assert "load --from /data/generated/source\n" in calls(checkout)


@pytest.mark.parametrize("name", ["LAKEHOUSE_SOURCE_DIR", "LAKEHOUSE_WEBLOGS_DIR"])
def test_a_folder_that_is_missing_is_named(name: str, checkout: Path) -> None:
    add(checkout, f"{name}=nowhere")
    answer = run(checkout, "init.sh")
    assert answer.returncode == 1
    assert f"{name} names {checkout}/nowhere, which is no folder" in answer.stderr


@pytest.mark.parametrize(
    ("lines", "needed"),
    [
        (("SPARK_DRIVER_MEMORY=2g",), "LAKEHOUSE_SPARK_MEMORY_LIMIT=3072m"),
        (("STREAMING_DRIVER_MEMORY=600m",), "LAKEHOUSE_STREAMING_MEMORY_LIMIT=1368m"),
        (("SPARK_DRIVER_MEMORY=2g", "SPARK_MEMORY_LIMIT=3g"), ""),
    ],
)
def test_a_heap_that_its_container_has_no_room_for_is_refused(
    lines: tuple[str, ...], needed: str, checkout: Path
) -> None:
    for line in lines:
        add(checkout, f"LAKEHOUSE_{line}")
    answer = run(checkout, "init.sh")
    assert answer.returncode == (1 if needed else 0), answer.stderr
    assert needed in answer.stderr


def test_lines_without_effect_are_named(checkout: Path) -> None:
    add(checkout, "LAKEHOUSE_KAFKA_PORT=19092")
    add(checkout, "LAKEHOUSE_AIRFLOW_PORT=6061")
    add(checkout, "LAKEHOUSE_INGEST_ENGINE=spark")
    message = run(checkout, "init.sh").stderr
    assert "LAKEHOUSE_KAFKA_PORT in .env has no effect in containers, where it is 9092" in message
    assert message.count("has no effect") == 1


def test_compose_up_without_a_profile_shows_the_usage(checkout: Path) -> None:
    for _ in range(2):
        run(checkout, "init.sh")
    text = (checkout / ".env").read_text()
    assert text.count("COMPOSE_PROFILES=usage\n") == 1
    assert services(checkout) == {"usage"}
    batch = services(checkout, "--profile", "batch")
    assert "spark" in batch and "usage" not in batch


def services(checkout: Path, *arguments: str) -> set[str]:
    """Services that docker compose would start."""
    command = [Path(sys.executable).parent / "docker-compose", *arguments, "config", "--services"]
    answer = subprocess.check_output(
        command, cwd=checkout, text=True, env={"PATH": os.environ["PATH"]}
    )
    return set(answer.split())


@pytest.mark.parametrize(("owner", "renamed"), [("lakehouse.", False), ("other.", True)])
def test_a_container_of_another_project_keeps_its_name(
    owner: str, renamed: bool, checkout: Path
) -> None:
    for _ in range(2):
        run(checkout, "init.sh", OWNER=owner)
    line = "LAKEHOUSE_STREAMING_CONTAINER=lakehouse-streaming\n"
    assert (checkout / ".env").read_text().count(line) == int(renamed)
