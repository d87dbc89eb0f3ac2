"""The Dockerfile builds every service, from the files and versions of the local platform."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from lakehouse.platform.containers import settings_file
from lakehouse.platform.secrets import GENERATORS
from lakehouse.platform.services import Service, load_services
from lakehouse.platform.settings import PROJECT

DOCKERFILE = (PROJECT / "Dockerfile").read_text()
SERVICES = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
TARGETS = {service["build"]["target"] for service in SERVICES.values() if "build" in service}


def test_the_linter_has_no_complaint() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    # packages of the base image's own release are its versions: they are not pinned one by one
    command = [hadolint, "--ignore", "DL3008", PROJECT / "Dockerfile"]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert (answer.stdout, answer.returncode) == ("", 0)


@pytest.mark.parametrize(
    "service", [s for s in load_services() if s.pom], ids=lambda service: service.name
)
def test_a_service_is_assembled_from_its_own_files(service: Service) -> None:
    name = service.name
    stage = stage_named(f"{name}-server", "maven")
    assert f"COPY services/{name}" in stage
    assert f"-Dassembly.directory=/opt/servers/{name} " in stage
    assert f"COPY --from={name}-server /opt/servers /opt/servers" in DOCKERFILE


@pytest.mark.parametrize(
    "service",
    [s for s in load_services() if s.requirements and s.process],
    ids=lambda service: service.name,
)
def test_a_python_environment_of_its_own_is_that_of_the_lock_file(service: Service) -> None:
    stage = stage_named(f"{service.name}-server", "uv")
    assert f"COPY services/{service.name}/requirements.txt" in stage
    assert f"--python /opt/servers/{service.name}/bin/python" in stage
    assert "--no-deps --require-hashes" in stage
    assert f"COPY --from={service.name}-server /opt/servers /opt/servers" in DOCKERFILE


@pytest.mark.parametrize(
    "service", [s for s in load_services() if s.debian_packages], ids=lambda service: service.name
)
def test_debian_packages_are_those_that_the_service_names(service: Service) -> None:
    stage = stage_named(f"{service.name}-server", "base")
    assert f"COPY services/{service.name}/debian.txt" in stage
    assert f"/opt/servers/{service.name}" in stage
    assert f"COPY --from={service.name}-server /opt/servers /opt/servers" in DOCKERFILE


def stage_named(name: str, base: str) -> str:
    """The text of a stage."""
    found = re.search(rf"^FROM {base} AS {name}\n(?:.+\n)+", DOCKERFILE, re.M)
    assert found is not None, f"there is no stage {name} on {base}"
    return found.group()


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_an_image_runs_as_nobody_in_particular(target: str) -> None:
    stage = stage_named(target, r"\w+")
    assert re.findall(r"^USER (.+)$", stage, re.M) == ["10001"]


def test_what_is_copied_reaches_the_builder() -> None:
    let_through = {
        line[1:]
        for line in (PROJECT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    for names in re.findall(r"^COPY (?:--chown=\S+ )?(?!--)(.+) \S+$", DOCKERFILE, re.M):
        for name in names.split():
            assert (PROJECT / name).exists(), name
            assert {name, *(str(parent) for parent in Path(name).parents)} & let_through, name


def test_the_classic_builder_understands_it() -> None:
    assert "syntax=" not in DOCKERFILE
    assert "--mount" not in DOCKERFILE
    assert "<<" not in DOCKERFILE


def test_uv_is_the_one_of_the_launcher() -> None:
    launcher = re.search(r"^uv_version=(.+)$", (PROJECT / "lakehouse").read_text(), re.M)
    assert launcher is not None
    assert f"uv=={launcher.group(1)}\n" in DOCKERFILE


def test_each_service_has_a_folder_for_its_volume() -> None:
    made = re.search(r"for name in ([a-z \\\n]+);", DOCKERFILE)
    assert made is not None
    contained = {service.name for service in load_services() if service.process}
    assert contained <= set(made.group(1).split())
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", [])]
    volumes = [mount for mount in mounts if isinstance(mount, str)]
    mounted = re.findall(r":/data/(\w+)", " ".join(volumes))
    assert set(mounted) <= set(made.group(1).split())


def test_settings_of_containers_hold_no_secret() -> None:
    text = settings_file()
    assert "LAKEHOUSE_RUNTIME=docker\n" in text
    for name in GENERATORS:
        assert f"LAKEHOUSE_{name.upper()}=" not in text
