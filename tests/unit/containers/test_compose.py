"""The compose file says of servers what services/ says; checked without an engine."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from lakehouse.platform.containers import settings_file
from lakehouse.platform.secrets import GENERATORS, logins
from lakehouse.platform.services import in_profile, load_services, processes_of
from lakehouse.platform.settings import PROJECT, Settings

BINARIES = Path(sys.executable).parent
COMPOSE = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# what runs to its end: preparations, and the command line
ONCE = {name for name, service in SERVICES.items() if service["restart"] == "no"}
# programs that only their vendors publish, as images
VENDORS = {
    name: service
    for name, service in SERVICES.items()
    if not service["image"].startswith("lakehouse/")
}
WATCHED = {name: service for name, service in SERVICES.items() if name not in ONCE}
SERVERS = {name: service for name, service in WATCHED.items() if name not in VENDORS}
PROCESSES = {process.name: process for process in processes_of(load_services())}
VERSION = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
PROFILES = ("batch", "stream", "bi", "monitoring", "all")
COMBINATIONS = [
    " ".join(some)
    for size in range(1, len(PROFILES))
    for some in itertools.combinations(PROFILES[:-1], size)
] + ["all", "all cli"]
# who is written to about alerts, and through which mail server
MAIL = {f"LAKEHOUSE_{name.upper()}" for name in Settings.model_fields if name.startswith("smtp_")}
MAIL |= {"LAKEHOUSE_ALERT_MAIL_TO", "LAKEHOUSE_ALERT_MAIL_FROM"}
# what .env may change of containers, with one of those that are told
TOLD = dict.fromkeys(MAIL, "metrics") | {"LAKEHOUSE_SCHEDULES": "airflow-dag-processor"}
SECRETS = {f"LAKEHOUSE_{name.upper()}": f"value-of-{name}" for name in GENERATORS}


def mebibytes(text: str) -> float:
    return float(text[:-1]) * {"m": 1, "g": 1024}[text[-1]]


def test_every_process_has_a_container_of_its_name() -> None:
    assert set(SERVERS) == set(PROCESSES)


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_is_in_the_profiles_that_start_it_without_containers(name: str) -> None:
    service = next(s for s in load_services() if PROCESSES[name] in s.process)
    # with those that need it: each profile can be started alone
    starting = {profile for profile in PROFILES if service in in_profile(load_services(), profile)}
    assert set(SERVERS[name]["profiles"]) == starting


def test_ports_are_published_once_and_on_loopback_unless_told_otherwise() -> None:
    standard = Settings.model_construct()
    published = re.compile(
        r"\$\{LAKEHOUSE_PUBLISH_HOST:-127\.0\.0\.1\}:\$\{LAKEHOUSE_(\w+):-(\d+)\}:(\d+)"
    )
    seen: list[int] = []
    for name, service in WATCHED.items():
        for text in service.get("ports", []):
            match = published.fullmatch(text)
            assert match, f"{name}: {text}"
            setting, outside, inside = match[1].lower(), int(match[2]), int(match[3])
            if name in SERVERS:
                assert setting in PROCESSES[name].ports.values()
                assert outside == inside == getattr(standard, setting)
            seen.append(outside)
    assert sorted(seen) == sorted(set(seen))
    assert {1010, 3000, 6060, 8050, 8088, 8443, 9090, 9870, 9999, 10004} <= set(seen)


def test_who_tells_of_pages_knows_under_which_number_each_is_published() -> None:
    ports = re.findall(
        r"LAKEHOUSE_(\w+)_PORT:-(\d+)\}:",
        " ".join(text for service in WATCHED.values() for text in service.get("ports", [])),
    )
    pages = {
        f"LAKEHOUSE_{setting.removesuffix('_port').upper()}_PUBLISHED_PORT"
        for process in PROCESSES.values()
        for port, setting in process.ports.items()
        if port in ("http", "https")
    } | {"LAKEHOUSE_GRAFANA_PUBLISHED_PORT"}
    expected = {
        f"LAKEHOUSE_{name}_PUBLISHED_PORT": f"${{LAKEHOUSE_{name}_PORT:-{number}}}"
        for name, number in ports
        if f"LAKEHOUSE_{name}_PUBLISHED_PORT" in pages
    }
    assert len(expected) >= 8
    for teller in ("cli", "dashboard"):
        environment = SERVICES[teller]["environment"]
        told = {name: environment[name] for name in environment if name.endswith("PUBLISHED_PORT")}
        assert told == expected
    known = {f"LAKEHOUSE_{name.upper()}" for name in Settings.model_fields}
    assert set(expected) <= known


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned_and_own_ones_have_the_version_of_the_project(name: str) -> None:
    image, _, tag = SERVICES[name]["image"].rpartition(":")
    assert image and re.fullmatch(r"v?\d+(\.\d+)+", tag)
    if image.startswith("lakehouse/"):
        assert tag == VERSION


@pytest.mark.parametrize("name", WATCHED)
def test_a_server_is_watched_limited_and_its_log_is_rotated(name: str) -> None:
    service = WATCHED[name]
    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"
    assert mebibytes(service["mem_limit"]) > 0
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    if name in PROCESSES:
        assert mebibytes(service["mem_limit"]) >= PROCESSES[name].memory_mb
        assert int(service["stop_grace_period"].rstrip("s")) > PROCESSES[name].stop_seconds


def test_all_of_batch_and_stream_fit_into_eight_gigabytes() -> None:
    both = {
        name: mebibytes(service["mem_limit"])
        for name, service in SERVERS.items()
        if {"batch", "stream"} & set(service["profiles"])
    }
    needed = {
        process.name
        for profile in ("batch", "stream")
        for process in processes_of(in_profile(load_services(), profile))
    }
    assert needed <= set(both)
    assert sum(both.values()) <= 8192


def test_volumes_are_named_and_each_is_used() -> None:
    mounted = [
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    ]
    named = {volume for volume in mounted if not volume.startswith(("$", "./"))}
    assert named == set(COMPOSE["volumes"])


def test_folders_of_the_machine_are_read_only() -> None:
    mounts = [volume for service in SERVICES.values() for volume in service.get("volumes", [])]
    outside = [mount for mount in mounts if mount.startswith(("$", "./"))]
    assert len(outside) == 3
    for mount in outside:
        assert mount.endswith(":ro")
        if mount.startswith("./"):
            assert (PROJECT / mount.split(":")[0]).is_dir()


def test_a_server_waits_for_what_it_needs() -> None:
    for name, process in PROCESSES.items():
        waits = _waits_for(name)
        # the name node's own wait is inside of it; a data node is waited for by its preparation
        assert set(process.needs) <= waits, f"{name} does not wait for {set(process.needs) - waits}"


def _waits_for(name: str) -> set[str]:
    direct = set(SERVICES[name].get("depends_on", {}))
    return direct | {behind for one in direct for behind in _waits_for(one)}


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in VENDORS])
def test_secrets_come_from_outside_and_each_is_known(name: str) -> None:
    for variable, value in SERVICES[name].get("environment", {}).items():
        if variable in SECRETS:
            assert value == f"${{{variable}:?run ./init.sh first}}"
        else:
            assert variable.endswith("_PUBLISHED_PORT") or variable in TOLD


def test_grafana_gets_its_password_and_where_its_data_is() -> None:
    environment = VENDORS["grafana"]["environment"]
    password = "${LAKEHOUSE_GRAFANA_ADMIN_PASSWORD:?run ./init.sh first}"
    assert environment["GF_SECURITY_ADMIN_PASSWORD"] == password
    asked = "".join(file.read_text() for file in (PROJECT / "grafana/provisioning").rglob("*.yaml"))
    names = set(re.findall(r"\$(LAKEHOUSE_\w+)", asked))
    assert names == {name for name in environment if name.startswith("LAKEHOUSE_")}
    places = dict(line.split("=", 1) for line in settings_file().splitlines() if "=" in line)
    for name in names - {"LAKEHOUSE_ALERT_MAIL_TO"}:
        assert environment[name] == places[name]


def test_the_grafana_that_dashboards_are_written_for() -> None:
    tag = VENDORS["grafana"]["image"].rpartition(":")[2]
    lock = (PROJECT / "requirements/lakehouse.txt").read_text()
    assert re.search(rf"^grafana-foundation-sdk==\d+!{re.escape(tag)} ", lock, re.M)


@pytest.mark.parametrize("grafana", [{}, {"LAKEHOUSE_GRAFANA": "unavailable"}])
def test_mail_about_alerts_is_written_once(grafana: dict[str, str]) -> None:
    told = SECRETS | grafana | {"LAKEHOUSE_ALERT_MAIL_TO": "ops@example.org"}
    services = json.loads(config("all", told, "--format=json").stdout)["services"]
    writers = [
        name
        for name in ("metrics", "grafana")
        if services.get(name, {}).get("environment", {}).get("LAKEHOUSE_ALERT_MAIL_TO")
    ]
    assert writers == ["metrics" if grafana else "grafana"]


@pytest.mark.parametrize("variable", sorted(TOLD))
def test_settings_of_containers_have_the_defaults_of_the_others(variable: str) -> None:
    value = str(SERVERS[TOLD[variable]]["environment"][variable])
    found = re.search(rf"\$\{{{variable}:-([^}}]*)\}}", value)
    assert found is not None
    default = Settings.model_fields[variable.removeprefix("LAKEHOUSE_").lower()].default
    assert found[1] == ("" if default is None else str(default))


def test_the_command_line_knows_every_login_that_it_tells() -> None:
    config = Settings.model_construct(runtime="docker", grafana_published_port=3000)
    told = {f"LAKEHOUSE_{login.secret.upper()}" for login in logins(config)}
    assert told <= set(SERVICES["cli"]["environment"])


def test_servers_get_no_secret_of_others() -> None:
    def secrets_of(name: str) -> set[str]:
        return set(SERVICES[name].get("environment", {})) & set(SECRETS)

    assert secrets_of("postgres") == {"LAKEHOUSE_POSTGRES_SUPERUSER_PASSWORD"}
    assert secrets_of("metastore") == {"LAKEHOUSE_POSTGRES_METASTORE_PASSWORD"}
    assert secrets_of("spark") == {
        "LAKEHOUSE_THRIFT_PASSWORD",
        "LAKEHOUSE_THRIFT_READER_PASSWORD",
    }
    assert secrets_of("dashboard") == {"LAKEHOUSE_THRIFT_READER_PASSWORD"}
    assert secrets_of("metrics") == {"LAKEHOUSE_AIRFLOW_ADMIN_PASSWORD"}
    assert secrets_of("jupyter") == {"LAKEHOUSE_JUPYTER_TOKEN"}
    # it asks as who may only read
    assert "LAKEHOUSE_THRIFT_PASSWORD" not in secrets_of("superset")
    without = ("kafka", "cassandra", "streaming", "namenode", "datanode")
    for name in (*without, "prometheus", "node-exporter"):
        assert secrets_of(name) == set()
    for name in SERVERS:
        assert name == "postgres" or "LAKEHOUSE_POSTGRES_SUPERUSER_PASSWORD" not in secrets_of(name)


def config(
    profiles: str, secrets: dict[str, str], how: str = "--quiet"
) -> subprocess.CompletedProcess[str]:
    command = [BINARIES / "docker-compose", "-f", PROJECT / "docker-compose.yml"]
    command += ["--env-file", "/dev/null"]
    command += [word for profile in profiles.split() for word in ("--profile", profile)]
    command += ["config", how]
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, env=secrets
    )


@pytest.mark.parametrize("profiles", COMBINATIONS)
def test_compose_understands_each_combination_of_profiles(profiles: str) -> None:
    answer = config(profiles, SECRETS)
    assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.parametrize("name", VENDORS)
def test_an_image_that_cannot_be_had_keeps_nothing_else_from_starting(name: str) -> None:
    variable = f"LAKEHOUSE_{name.upper()}"
    assert f"vendors=({' '.join(VENDORS)})\n" in (PROJECT / "init.sh").read_text()
    for told, there in ((SECRETS, True), (SECRETS | {variable: "unavailable"}, False)):
        services = config("all", told, "--services").stdout.split()
        assert (name in services) is there
        assert set(SERVERS) <= set(services)
    assert all(text.startswith(f"${{{variable}:-") for text in VENDORS[name]["profiles"])


def test_without_secrets_compose_says_what_to_run() -> None:
    answer = config("all", {})
    assert answer.returncode != 0
    assert "run ./init.sh first" in answer.stderr
