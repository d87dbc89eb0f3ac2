"""Lines of `.env` in init.sh and after-compose.sh, with a program in the place of Docker."""

from __future__ import annotations

import os
import shutil
import socket
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
  "info --format"*) echo "$((${MEMORY:-16384} * 1048576))" ;;
  "compose version --short") echo 2.30.0 ;;
  *"run --rm --interactive"*) cat ;;
  "compose "*" config "*) shift; exec docker-compose "$@" ;;
  "compose ps "*) printf '%b\n' "${RUNNING:-}" ;;
  "build "* | "compose "*" build"* | "compose "*" pull "*) echo "$*" >>"$IMAGES" ;;
  "ps --quiet "*) printf '%b\n' "${RUNNING:-}" ;;
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
    for file in (PROJECT / "services").glob("*/service.toml"):
        (tmp_path / "services" / file.parent.name).mkdir(parents=True)
        shutil.copy(file, tmp_path / "services" / file.parent.name)
    for name, text in (("bin/docker", DOCKER), ("lakehouse", '#!/bin/sh\necho "$@" >>"$CALLS"\n')):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / ".env").write_text(completed("LAKEHOUSE_PUBLISH_HOST=192.0.2.1\n"))
    return tmp_path


def run(
    checkout: Path, script: str, *words: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a script of the checkout."""
    path = f"{checkout / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}"
    return subprocess.run(
        [checkout / script, *words],
        capture_output=True,
        text=True,
        env={
            "PATH": path + os.environ["PATH"],
            "CALLS": str(checkout / "calls"),
            "IMAGES": str(checkout / "images"),
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


def images(checkout: Path) -> list[str]:
    """Images that were built or pulled, as arguments of Docker."""
    return (checkout / "images").read_text().splitlines()


@pytest.mark.parametrize(
    ("words", "built", "pulled"),
    [
        ((), "--profile all --profile cli build", {"console", "grafana"}),
        (("--profile", "batch"), "--profile batch --profile cli build", set()),
        (("--profile=bi",), "--profile bi --profile cli build", {"grafana"}),
        (("--profile", "weblogs"), "--profile batch --profile stream --profile cli build", set()),
        (
            ("--profile", "nifi"),
            "--profile all --profile cli build --with-dependencies cli nifi",
            set(),
        ),
    ],
)
def test_only_images_of_the_chosen_profiles_are_built_and_pulled(
    words: tuple[str, ...], built: str, pulled: set[str], checkout: Path
) -> None:
    answer = run(checkout, "init.sh", *words)
    assert answer.returncode == 0, answer.stderr
    tools, all_, *vendors = images(checkout)
    assert tools.startswith("build --target tools ")
    assert all_ == f"compose {built}"
    assert {line.split()[-1] for line in vendors} == pulled


def test_workload_with_a_folder_of_services_names_its_containers(checkout: Path) -> None:
    with (checkout / "containers/profiles.txt").open("a") as file:
        file.write("toys monitoring hdfs\n")
    answer = run(checkout, "init.sh", "--profile", "toys")
    assert answer.returncode == 0, answer.stderr
    build = images(checkout)[1].split()
    assert build[:5] == ["compose", "--profile", "all", "--profile", "cli"]
    assert set(build[8:]) == {
        *("console", "grafana", "metrics", "node-exporter", "prometheus", "namenode", "datanode"),
    }
    assert "Next: docker compose --profile all up -d --wait " in answer.stderr


def test_vendor_image_of_another_profile_stays_left_out(checkout: Path) -> None:
    add(checkout, "LAKEHOUSE_GRAFANA=unavailable")
    run(checkout, "init.sh", "--profile", "stream")
    assert "LAKEHOUSE_GRAFANA=unavailable\n" in (checkout / ".env").read_text()
    run(checkout, "init.sh", "--profile", "monitoring")
    assert "LAKEHOUSE_GRAFANA=unavailable\n" not in (checkout / ".env").read_text()


def test_image_that_was_left_out_is_no_container_of_its_profile(checkout: Path) -> None:
    add(checkout, "LAKEHOUSE_GRAFANA=unavailable")
    script = "source containers/compose.sh; described --profile monitoring config | services"
    found = subprocess.check_output(
        ["bash", "-c", script],
        cwd=checkout,
        text=True,
        env={
            "PATH": os.pathsep.join(
                map(str, (checkout / "bin", Path(sys.executable).parent, os.environ["PATH"]))
            )
        },
    ).split()
    assert "prometheus" in found
    assert "grafana" not in found


@pytest.mark.parametrize("words", [("--profile", "weblog"), ("--profile=../x",)])
def test_unknown_profile_is_answered_with_those_that_exist(
    words: tuple[str, ...], checkout: Path
) -> None:
    answer = run(checkout, "init.sh", *words)
    assert answer.returncode == 1
    assert "there are all batch bi monitoring shop stream weblogs" in answer.stderr
    assert not (checkout / "images").exists()


@pytest.mark.parametrize("script", ["init.sh", "after-compose.sh"])
def test_unknown_words_are_refused_and_help_does_nothing(script: str, checkout: Path) -> None:
    answer = run(checkout, script, "batch")
    assert answer.returncode != 0
    assert "takes --profile NAME" in answer.stderr
    answer = run(checkout, script, "--help")
    assert answer.returncode == 0
    assert f"./{script} [--profile NAME]..." in answer.stdout
    assert not (checkout / "images").exists()
    assert calls(checkout) == ""


@pytest.mark.parametrize(
    ("memory", "words", "code", "message"),
    [
        # limits of all, of batch, of batch and stream, of the streams: 11,200, 4,928, 8,192, 3,840
        ("9600", (), 0, ""),
        ("9500", (), 0, "or start only what fits: --profile batch (4928 MB)"),
        ("6900", ("--profile", "weblogs"), 1, "weblogs may take 8192 MB"),
        (
            "4100",
            ("--profile", "batch"),
            1,
            "start less: --profile monitoring (1024 MB) --profile stream (3840 MB)",
        ),
        ("500", (), 1, "raise it in Docker Desktop's settings"),
    ],
)
def test_memory_is_compared_with_the_limits_of_the_chosen_profiles(
    memory: str, words: tuple[str, ...], code: int, message: str, checkout: Path
) -> None:
    answer = run(checkout, "init.sh", *words, MEMORY=memory)
    assert answer.returncode == code, answer.stderr
    assert message in answer.stderr
    assert ("MB of memory" in answer.stderr) is bool(message)
    assert (checkout / "images").exists() is (code == 0)


def test_memory_follows_a_raised_limit(checkout: Path) -> None:
    add(checkout, "LAKEHOUSE_SPARK_MEMORY_LIMIT=4096m")
    answer = run(checkout, "init.sh", "--profile", "batch", MEMORY="5000")
    assert answer.returncode == 1
    assert "batch may take 6976 MB" in answer.stderr


def test_memory_is_known_before_there_is_a_secret(checkout: Path) -> None:
    (checkout / ".env").unlink()
    answer = run(checkout, "init.sh", "--profile", "batch", MEMORY="4000")
    assert answer.returncode == 1
    assert "batch may take 4928 MB" in answer.stderr


@pytest.mark.parametrize(("profile", "taken"), [("stream", True), ("monitoring", False)])
def test_only_ports_of_the_chosen_profiles_are_probed(
    profile: str, taken: bool, checkout: Path
) -> None:
    with socket.create_server(("127.0.0.3", 0)) as holder:
        port = holder.getsockname()[1]
        add(checkout, "LAKEHOUSE_PUBLISH_HOST=127.0.0.3")
        add(checkout, f"LAKEHOUSE_NIFI_PORT={port}")
        message = run(checkout, "init.sh", "--profile", profile, RUNNING="").stderr
    assert (f"port {port} is taken" in message) is taken


def test_without_postgres_no_source_data_is_made(checkout: Path) -> None:
    answer = run(checkout, "init.sh", "--profile", "stream")
    assert "source data: none, as stream has no PostgreSQL" in answer.stderr
    assert "generate" not in calls(checkout)
    assert "Next: docker compose --profile stream up -d --wait, then" in answer.stderr


@pytest.mark.parametrize(
    ("running", "prepared", "loads"),
    [
        ("kafka\nnifi\nnamenode\ndatanode\ncassandra", "cassandra hdfs kafka nifi", False),
        ("postgres\nspark\nairflow-scheduler", "airflow postgres spark", True),
        # of a later server, whose name no script has
        ("node-exporter\nconsole", "prometheus", False),
    ],
)
def test_preparations_derive_from_what_runs(
    running: str, prepared: str, loads: bool, checkout: Path
) -> None:
    answer = run(checkout, "after-compose.sh", RUNNING=running)
    assert answer.returncode == 0, answer.stderr
    up, *load = calls(checkout).splitlines()
    assert up == f"--runtime docker up {prepared}"
    assert bool(load) is loads
    assert ("PostgreSQL does not run" in answer.stderr) is not loads


def test_preparations_of_a_profile(checkout: Path) -> None:
    run(checkout, "after-compose.sh", "--profile", "weblogs", RUNNING="postgres")
    assert calls(checkout).splitlines()[0] == "--runtime docker up weblogs"


def test_nothing_is_prepared_where_no_server_runs(checkout: Path) -> None:
    answer = run(checkout, "after-compose.sh", RUNNING="")
    assert (answer.returncode, calls(checkout)) == (1, "")
    assert "docker compose --profile batch up" in answer.stderr


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
    assert not (checkout / "images").exists(), "nothing is built before it is refused"


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
    assert (checkout / "images").exists() is not bool(needed)


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
