"""Calls of Docker by `./lakehouse --runtime docker`, recorded by a program in its place."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from lakehouse.platform.selection import server_groups
from lakehouse.platform.services import Service, load_services
from lakehouse.platform.settings import PROJECT

# writes each call into $CALLS; its standard output is $ANSWER
DOCKER = """\
#!/usr/bin/env bash
if [[ "$1" == info ]]; then exit "${ENGINE:-0}"; fi
echo "$*" >>"$CALLS"
printf '%b' "${ANSWER:-}"
exit "${CODE:-0}"
"""
UP = "compose --progress quiet --profile {} up --detach --wait"
CLI = "compose --progress quiet run --rm --no-TTY {}cli {}"
GROUPS = server_groups()
PROFILES = [name for name, parts in GROUPS.items() if parts == (name,)]
WORKLOADS = [name for name in GROUPS if name not in PROFILES]
SERVERS = [service for service in load_services() if service.process]


class Wrapper:
    """The command line for containers, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        binaries = folder / "bin"
        binaries.mkdir()
        (binaries / "docker").write_text(DOCKER)
        (binaries / "docker").chmod(0o755)
        self.environment = {
            "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
            "CALLS": str(folder / "calls"),
        }

    def __call__(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the folder."""
        (self.folder / "calls").write_text("")
        return subprocess.run(
            [PROJECT / "lakehouse", "--runtime", "docker", *words],
            capture_output=True,
            text=True,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            env=self.environment | environment,
        )

    def answer_by_profile(self, running: str, **containers: str) -> None:
        """Let Docker answer which containers run, and which a profile has."""
        lines = [f'*"ps --services"*) printf "%s\\n" {running}; exit ;;']
        for profile, names in containers.items():
            entries = ",".join(f'\n    "{name}": {{\n    }}' for name in names.split())
            text = f'{{\n  "services": {{{entries}\n  }}\n}}'
            lines.append(f"*\"--profile {profile} config\"*) echo '{text}'; exit ;;")
        cases = "\n".join(lines)
        text = DOCKER.replace("printf '%b'", f"case \"$*\" in\n{cases}\nesac\nprintf '%b'")
        (self.folder / "bin/docker").write_text(text)

    @property
    def calls(self) -> list[str]:
        """Calls of Docker by the last command."""
        return (self.folder / "calls").read_text().splitlines()


@pytest.fixture
def wrapper(tmp_path: Path) -> Wrapper:
    return Wrapper(tmp_path)


@pytest.mark.parametrize("profile", PROFILES)
def test_up_of_a_profile_starts_it_and_prepares_its_servers(profile: str, wrapper: Wrapper) -> None:
    assert wrapper("up", profile).returncode == 0
    assert wrapper.calls == [UP.format(profile), CLI.format("", f"up {profile}")]


@pytest.mark.parametrize("workload", WORKLOADS)
def test_up_of_a_workload_starts_its_profiles(workload: str, wrapper: Wrapper) -> None:
    assert wrapper("up", workload).returncode == 0
    profiles = " --profile ".join(GROUPS[workload])
    assert wrapper.calls == [UP.format(profiles), CLI.format("", f"up {workload}")]


def test_up_of_several_names_starts_each_profile_once(wrapper: Wrapper) -> None:
    wrapper("up", "batch", "stream", "batch")
    assert wrapper.calls[0] == UP.format("batch --profile stream")


@pytest.mark.parametrize("service", SERVERS, ids=lambda service: service.name)
def test_up_of_a_folder_of_services_starts_its_containers(
    service: Service, wrapper: Wrapper
) -> None:
    members = " ".join(process.name for process in service.process)
    assert wrapper("up", service.name).returncode == 0
    up = CLI.format("", f"up {service.name}")
    assert wrapper.calls == [f"{UP.format('all')} {members}", up]


@pytest.mark.parametrize("name", ["nonsense", "sqoop", "../services/spark", "--wait"])
def test_up_of_an_unknown_name_lists_the_names(name: str, wrapper: Wrapper) -> None:
    answer = wrapper("up", name)
    assert (answer.returncode, wrapper.calls) == (2, [])
    assert ", ".join(GROUPS) in answer.stderr
    assert all(f" {service.name}" in answer.stderr for service in SERVERS)


@pytest.mark.parametrize("command", ["up", "down", "reset", "restart", "status", "logs"])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_is_printed_and_nothing_is_done(command: str, option: str, wrapper: Wrapper) -> None:
    answer = wrapper(command, option, ENGINE="1")
    assert (answer.returncode, wrapper.calls) == (0, [])
    assert answer.stdout.startswith(f"Usage: ./lakehouse --runtime docker {command}")


@pytest.mark.parametrize(
    "words", [("reset", "--force"), ("restart",), ("restart", "a", "b"), ("up", "batch", "x")]
)
def test_wrong_arguments_are_refused_before_docker_is_called(
    words: tuple[str, ...], wrapper: Wrapper
) -> None:
    assert wrapper(*words).returncode == 2
    assert wrapper.calls == []


# docker compose config of a profile, and what runs, for the stand-in
CONFIG = """\
{
  "services": {
    "%s": {
      "mem_limit": "1"
    }
  }
}
"""


def test_status_and_restart_of_a_workload_name_its_containers(wrapper: Wrapper) -> None:
    answer = CONFIG.replace("\n", "\\n") % "spark"
    wrapper("restart", "shop", ANSWER=answer)
    assert wrapper.calls[-2:] == [
        "compose --progress quiet --profile all restart spark",
        f"{UP.format('all')} --no-deps spark",
    ]
    wrapper("status", "shop", ANSWER=answer)
    assert wrapper.calls[-1].endswith("{{.Service}}\\t{{.Status}} spark")
    wrapper("status", "airflow", "--json")
    members = "airflow-api-server airflow-scheduler airflow-dag-processor airflow-triggerer"
    assert wrapper.calls == [f"compose --profile all ps --all --format json {members}"]


DOWN = "compose --progress quiet --profile all rm --stop --force "


def test_down_of_a_server_stops_it_alone(wrapper: Wrapper) -> None:
    assert wrapper("down", "superset").returncode == 0
    assert wrapper.calls == [f"{DOWN}superset"]


@pytest.mark.parametrize(
    ("running", "stopped"),
    [
        # the data node is in batch, of which spark runs
        ("kafka nifi datanode spark", {"kafka", "nifi"}),
        ("kafka nifi datanode", {"kafka", "nifi", "datanode"}),
    ],
)
def test_down_of_a_profile_leaves_what_another_running_one_needs(
    running: str, stopped: set[str], wrapper: Wrapper
) -> None:
    wrapper.answer_by_profile(
        running=running, stream="kafka nifi datanode", batch="spark datanode", bi="superset"
    )
    answer = wrapper("down", "stream")
    assert answer.returncode == 0, answer.stderr
    removed = next(line for line in wrapper.calls if line.startswith(DOWN))
    assert set(removed.removeprefix(DOWN).split()) == stopped
    assert "Docker does not record what was started by name" in answer.stderr
    assert ("datanode goes on" in answer.stderr) is ("datanode" not in stopped)


def test_profile_names_are_no_folders() -> None:
    script = "source containers/compose.sh; profile_names"
    found = subprocess.check_output(["bash", "-c", script], cwd=PROJECT, text=True)
    assert found.split() == sorted(PROFILES)


def test_restart_and_logs_reach_containers_of_every_profile(wrapper: Wrapper) -> None:
    wrapper("restart", "superset")
    assert wrapper.calls == [
        "compose --progress quiet --profile all restart superset",
        f"{UP.format('all')} --no-deps superset",
    ]
    wrapper("logs", "superset")
    assert wrapper.calls == ["compose --progress quiet --profile all logs -n 50 superset"]
    wrapper("logs", "superset", "-n", "7", "-f")
    assert wrapper.calls == ["compose --progress quiet --profile all logs superset -n 7 -f"]


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("spark Up 5 minutes (healthy)", 0),
        ("prepare-hdfs Exited (0) 2 hours ago", 0),
        ("kafka Exited (143) 2 hours ago", 0),
        ("spark Up 5 minutes (unhealthy)", 1),
        ("kafka Restarting (1) 3 seconds ago", 1),
        ("prepare-hdfs Exited (1) 2 hours ago", 1),
        ("kafka Exited (127) 2 hours ago", 1),
    ],
)
def test_status_fails_if_a_container_has_failed(state: str, code: int, wrapper: Wrapper) -> None:
    answer = wrapper("status", ANSWER=f"SERVICE STATUS\\n{state}\\n")
    assert answer.returncode == code
    assert state in answer.stdout


@pytest.mark.parametrize(
    ("words", "profiles"),
    [
        (("demo",), "batch --profile stream"),
        (("demo", "--orders", "100"), "batch --profile stream"),
        (("demo", "--no-streams"), "batch"),
        (("demo", "weblogs"), "batch --profile stream"),
        (("demo", "shop", "--orders", "100"), "batch"),
    ],
)
def test_demo_starts_the_servers_that_it_shows(
    words: tuple[str, ...], profiles: str, wrapper: Wrapper
) -> None:
    assert wrapper(*words).returncode == 0
    assert wrapper.calls == [UP.format(profiles), CLI.format("", " ".join(words))]


def test_demo_of_an_unknown_name_starts_nothing(wrapper: Wrapper) -> None:
    answer = wrapper("demo", "weblog")
    assert answer.returncode == 2
    assert "weblogs" in answer.stderr
    assert wrapper.calls == []


def test_help_of_the_demo_starts_nothing(wrapper: Wrapper) -> None:
    wrapper("demo", "--help")
    assert wrapper.calls == [CLI.format("", "demo --help")]


@pytest.mark.parametrize("words", [("--from", "my data"), ("--from=my data",)])
def test_a_folder_of_the_machine_is_mounted(words: tuple[str, ...], wrapper: Wrapper) -> None:
    (wrapper.folder / "my data").mkdir()
    wrapper("load", *words)
    volume = f"--volume {wrapper.folder}/my data:/given/0/my data:ro "
    seen = " ".join(words).replace("my data", "/given/0/my data")
    assert wrapper.calls == [CLI.format(volume, f"load {seen}")]


def test_folders_of_volumes_are_passed_on(wrapper: Wrapper) -> None:
    wrapper("load", "--from", "/data/generated/source")
    assert wrapper.calls == [CLI.format("", "load --from /data/generated/source")]
    (wrapper.folder / "SELECT 1").mkdir()
    wrapper("sql", "SELECT 1")
    assert wrapper.calls == [CLI.format("", "sql SELECT 1")]


@pytest.mark.parametrize("words", [("--out", "a b/x.pbit"), ("--out=a b/x.pbit",), ()])
def test_the_template_is_written_on_the_machine(words: tuple[str, ...], wrapper: Wrapper) -> None:
    answer = wrapper("bi", "template", *words, ANSWER="PK")
    assert answer.returncode == 0
    assert wrapper.calls == [CLI.format("", "bi template --out -")]
    file = wrapper.folder / ("a b/x.pbit" if words else "Lakehouse.pbit")
    assert file.read_text() == "PK"
    assert not list(wrapper.folder.rglob("*.partial"))


def test_a_template_that_fails_leaves_no_file(wrapper: Wrapper) -> None:
    assert wrapper("bi", "template", ANSWER="half", CODE="1").returncode == 1
    assert {file.name for file in wrapper.folder.iterdir()} == {"bin", "calls"}


def test_without_an_engine_nothing_is_tried(wrapper: Wrapper) -> None:
    answer = wrapper("up", ENGINE="1")
    assert (answer.returncode, wrapper.calls) == (1, [])
    assert "no Docker engine answers" in answer.stderr
