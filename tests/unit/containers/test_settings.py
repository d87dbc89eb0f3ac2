"""Every setting in `.env` reaches the containers, or docs/containers.md lists it as fixed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lakehouse.platform.containers import is_fixed, is_secret, settings_file, variable
from lakehouse.platform.environment import settings_environment
from lakehouse.platform.secrets import GENERATORS
from lakehouse.platform.settings import PROJECT, Settings

COMPOSE = Path(sys.executable).parent / "docker-compose"
SECRETS = {variable(name): f"value-of-{name}" for name in GENERATORS}
FIELDS = Settings.model_fields
CHANGEABLE = [n for n, field in FIELDS.items() if not (is_fixed(n) or is_secret(field))]
# mounted from there, and seen at a folder of the container
FOLDERS = {"weblogs_dir"}


def resolved(folder: Path, lines: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Every service, as docker compose resolves it with these lines in `.env`."""
    file = folder / "dot.env"
    file.write_text("".join(f"{name}={value}\n" for name, value in (SECRETS | lines).items()))
    command = [str(COMPOSE), "-f", str(PROJECT / "docker-compose.yml"), "--env-file", str(file)]
    command += ["--profile", "all", "--profile", "cli", "config", "--format", "json"]
    environment = {"PATH": os.environ["PATH"]}
    answer = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert (answer.returncode, answer.stderr) == (0, "")
    return dict(json.loads(answer.stdout)["services"])


def own(services: dict[str, dict[str, Any]]) -> dict[str, dict[str, str]]:
    """The environment of each container that runs a program of the project."""
    return {
        name: service["environment"]
        for name, service in services.items()
        if service["image"].startswith("lakehouse/")
    }


def test_every_setting_in_env_reaches_every_container(tmp_path: Path) -> None:
    names = [name for name in CHANGEABLE if name not in FOLDERS]
    given = {variable(name): f"given-{name}" for name in names}
    given |= {"LAKEHOUSE_SMTP_PORT": "2525", "LAKEHOUSE_PUBLISH_HOST": "192.0.2.7"}
    # mail is written by one of two: Grafana here
    here = {name: value for name, value in given.items() if name != "LAKEHOUSE_ALERT_MAIL_TO"}
    assert len(here) > 20
    for name, environment in own(resolved(tmp_path, given)).items():
        assert here.items() <= environment.items(), name


def test_without_env_the_settings_have_their_defaults(tmp_path: Path) -> None:
    standard = {n: field.get_default(call_default_factory=True) for n, field in FIELDS.items()}
    defaults = settings_environment(Settings.model_construct(**standard))
    differing = {variable(name) for name in FOLDERS} | {"LAKEHOUSE_AIRFLOW_PARALLELISM"}
    expected = {
        variable(name): defaults[variable(name)]
        for name in CHANGEABLE
        if variable(name) in defaults and variable(name) not in differing
    }
    for name, environment in own(resolved(tmp_path, {})).items():
        assert expected.items() <= environment.items(), name


@pytest.mark.parametrize("name", ["LAKEHOUSE_INGEST_ENGINE", "INGEST_ENGINE"])
def test_a_setting_is_read_under_each_of_its_names(name: str, tmp_path: Path) -> None:
    services = own(resolved(tmp_path, {name: "spark"}))
    assert services["airflow-scheduler"]["LAKEHOUSE_INGEST_ENGINE"] == "spark"


def test_a_blank_line_is_the_default_and_quoted_values_stay_as_they_are(tmp_path: Path) -> None:
    lines = {"LAKEHOUSE_INGEST_ENGINE": "", "LAKEHOUSE_THRIFT_READER": """'a "b" [c] #d'"""}
    environment = own(resolved(tmp_path, lines))["spark"]
    assert environment["LAKEHOUSE_INGEST_ENGINE"] == "sqoop"
    assert environment["LAKEHOUSE_THRIFT_READER"] == 'a "b" [c] #d'


def test_every_secret_reaches_a_container(tmp_path: Path) -> None:
    services = resolved(tmp_path, {"LAKEHOUSE_SMTP_PASSWORD": "value-of-smtp_password"})
    values = {v for service in services.values() for v in service.get("environment", {}).values()}
    assert {f"value-of-{name}" for name, field in FIELDS.items() if is_secret(field)} <= values


@pytest.mark.parametrize("service", ["spark", "streaming", "airflow-scheduler"])
def test_a_larger_heap_comes_with_a_larger_limit(service: str, tmp_path: Path) -> None:
    name = f"LAKEHOUSE_{service.upper().replace('-', '_')}_MEMORY_LIMIT"
    assert int(resolved(tmp_path, {name: "4g"})[service]["mem_limit"]) == 4 << 30
    assert name in (PROJECT / "docs/containers.md").read_text()


@pytest.mark.parametrize(
    ("given", "seen"),
    [("/srv/my shop", "/srv/my shop"), ("data", str(PROJECT / "data")), ("'a #b'", "a #b")],
)
def test_a_folder_of_the_machine_may_be_absolute_or_relative(
    given: str, seen: str, tmp_path: Path
) -> None:
    lines = {"LAKEHOUSE_SOURCE_DIR": given, "LAKEHOUSE_WEBLOGS_DIR": given}
    services = resolved(tmp_path, lines)
    expected = str(PROJECT / seen)
    assert mounted(services["cli"], "/data/source") == (expected, True)
    for name in ("cli", "nifi"):
        assert mounted(services[name], "/data/your-weblogs") == (expected, True)
    places = {name: e["LAKEHOUSE_WEBLOGS_DIR"] for name, e in own(services).items()}
    assert set(places.values()) == {"/data/your-weblogs"}


def test_without_a_folder_of_logs_the_writer_has_its_volume(tmp_path: Path) -> None:
    services = resolved(tmp_path, {})
    assert own(services)["nifi"]["LAKEHOUSE_WEBLOGS_DIR"] == "/data/weblogs"
    assert mounted(services["cli"], "/data/weblogs") == ("weblogs", False)


def test_logs_that_a_group_may_read_are_read_by_its_number(tmp_path: Path) -> None:
    services = resolved(tmp_path, {"LAKEHOUSE_WEBLOGS_GROUP": "4"})
    assert services["nifi"]["group_add"] == services["cli"]["group_add"] == ["4"]


def mounted(service: dict[str, Any], target: str) -> tuple[str, bool]:
    """Source of the mount, and True if it is read only."""
    (mount,) = [one for one in service["volumes"] if one["target"] == target]
    return mount["source"], mount.get("read_only", False)


def test_docs_list_the_settings_that_have_no_effect_in_containers() -> None:
    text = (PROJECT / "docs/containers.md").read_text()
    (sentence,) = re.findall(r"^Every setting in `\.env` holds .*$", text, re.M)
    named = set(re.findall(r"`(LAKEHOUSE_[A-Z_]+)`", sentence))
    fixed = {name for name in FIELDS if is_fixed(name) and not name.endswith(("_host", "_port"))}
    mentioned = {"LAKEHOUSE_BIND_HOST", "LAKEHOUSE_PUBLISH_HOST"}
    # one value of ours, three policies of Grafana's
    mentioned |= {"LAKEHOUSE_SMTP_REQUIRE_TLS"}
    assert named == {variable(name) for name in fixed} | mentioned
    assert "`LAKEHOUSE_…_HOST`" in sentence and "`LAKEHOUSE_…_PORT`" in sentence


def test_every_setting_is_in_the_file_once() -> None:
    lines = [line.split("=")[0] for line in settings_file().splitlines() if line[0] != "#"]
    assert len(lines) == len(set(lines))
    assert set(map(variable, CHANGEABLE)) <= set(lines)
