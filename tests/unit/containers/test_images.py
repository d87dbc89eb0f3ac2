"""The Dockerfile builds every service, from the files and versions of the local platform."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lakehouse.platform.containers import settings_file
from lakehouse.platform.secrets import GENERATORS
from lakehouse.platform.services import load_services
from lakehouse.platform.settings import PROJECT

DOCKERFILE = (PROJECT / "Dockerfile").read_text()


def test_the_linter_has_no_complaint() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    # packages of the base image's own release are its versions: they are not pinned one by one
    command = [hadolint, "--ignore", "DL3008", PROJECT / "Dockerfile"]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert (answer.stdout, answer.returncode) == ("", 0)


@pytest.mark.parametrize(
    "service", [s for s in load_services() if s.pom], ids=lambda service: service.name
)
def test_a_service_is_assembled_from_its_own_files(service: object) -> None:
    name = service.name  # type: ignore[attr-defined]
    stage = re.search(rf"^FROM maven AS {name}-server\n(?:.+\n)+", DOCKERFILE, re.M)
    assert stage is not None
    assert f"COPY services/{name}" in stage.group()
    assert f"-Dassembly.directory=/opt/servers/{name} " in stage.group()
    assert f"COPY --from={name}-server /opt/servers /opt/servers" in DOCKERFILE


def test_the_classic_builder_understands_it() -> None:
    assert "syntax=" not in DOCKERFILE
    assert "--mount" not in DOCKERFILE
    assert "<<" not in DOCKERFILE


def test_uv_is_the_one_of_the_launcher() -> None:
    launcher = re.search(r"^uv_version=(.+)$", (PROJECT / "lakehouse").read_text(), re.M)
    assert launcher is not None
    assert f"uv=={launcher.group(1)}\n" in DOCKERFILE


def test_each_service_has_a_folder_for_its_volume() -> None:
    made = re.search(r"for name in ([a-z ]+);", DOCKERFILE)
    assert made is not None
    contained = {s.name for s in load_services() if {"batch", "stream"} & set(s.profiles)}
    assert contained <= set(made.group(1).split())


def test_settings_of_containers_hold_no_secret() -> None:
    text = settings_file()
    assert "LAKEHOUSE_RUNTIME=docker\n" in text
    for name in GENERATORS:
        assert f"LAKEHOUSE_{name.upper()}=" not in text
