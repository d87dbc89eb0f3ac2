"""Commands inside a container: those of the image work, others are refused with a reason."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lakehouse.cli.app import app
from lakehouse.cli.containers import REFUSED, NotInContainersError, refuse, require_kept
from lakehouse.contracts.demo import DemoOptions
from lakehouse.platform.command_line import command, for_runtime
from lakehouse.platform.secrets import GENERATORS, logins
from lakehouse.platform.settings import PROJECT, Settings
from lakehouse.platform.trial import changed_settings
from lakehouse.registry import catalog
from lakehouse.workloads.weblogs import demo

OPTIONS = DemoOptions(dt.datetime.now(dt.UTC), None, 50, 1, replace=False)


@pytest.fixture
def in_docker() -> Iterator[None]:
    with changed_settings({"runtime": "docker"}):
        yield


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the Dockerfile copies into the image of the command line."""
    folder = tmp_path_factory.mktemp("image")
    stage = re.search(
        r"^FROM python AS tools\n(?:.+\n)+", (PROJECT / "Dockerfile").read_text(), re.M
    )
    assert stage is not None
    for source, target in re.findall(r"^COPY (\S+) /opt/lakehouse/(\S+)$", stage.group(), re.M):
        ignored = shutil.ignore_patterns("__pycache__", "target")
        shutil.copytree(PROJECT / source, folder / target, ignore=ignored)
    return folder


def run(image: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    """A command with the files and settings of the image."""
    secrets = {f"LAKEHOUSE_{name.upper()}": "x" for name in GENERATORS}
    settings = {"LAKEHOUSE_RUNTIME": "docker", "LAKEHOUSE_STATE_DIR": str(image / "data")}
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(image / "src")}
    command = [sys.executable, "-m", "lakehouse", *words]
    environment |= secrets | settings
    return subprocess.run(command, capture_output=True, cwd=image, env=environment)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_command_that_no_image_can_do_is_refused(name: str, in_docker: None) -> None:
    with pytest.raises(NotInContainersError, match=rf"^{name} \w+"):
        refuse([name, "--json"])


def test_the_refusal_is_one_sentence_and_exit_code_2(image: Path) -> None:
    answer = run(image, "test", "unit")
    assert answer.returncode == 2
    assert answer.stderr.decode() == (
        "error: test needs the files of the checkout, which no image holds: "
        "run it without --runtime docker\n"
    )


def test_refused_commands_exist_and_work_for_local_processes() -> None:
    names = {one.name or str(getattr(one.callback, "__name__", "")) for one in all_commands()}
    # the launcher itself does lock
    assert set(REFUSED) - {"lock"} <= names
    for name in REFUSED:
        refuse([name])


def all_commands() -> Iterator[object]:
    """Commands of the top level."""
    yield from app.registered_commands
    for group in app.registered_groups:
        if group.typer_instance and not group.name:
            yield from group.typer_instance.registered_commands


def test_the_template_is_made_from_the_files_of_the_image(image: Path) -> None:
    answer = run(image, "bi", "template", "--out", "-")
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert answer.stdout.startswith(b"PK")


@pytest.mark.parametrize(
    "words",
    [("generate", "--out", "mine"), ("download", "--out", "/tmp/x"), ("bi", "template")],
)
def test_files_that_would_go_with_the_container_are_refused(
    words: tuple[str, ...], image: Path
) -> None:
    answer = run(image, *words)
    assert answer.returncode == 2
    message = answer.stderr.decode()
    assert "would be removed together with the container" in message
    assert f"{image}/data/generated" in message


def test_files_on_the_volume_are_kept() -> None:
    with changed_settings({"runtime": "docker", "state_dir": "/data"}):
        require_kept(Path("/data/generated/source"))
        with pytest.raises(NotInContainersError):
            require_kept(Path("/data/other"))
    require_kept(Path("anywhere"))


@pytest.mark.parametrize(
    "words",
    [
        ("demo",),
        ("demo", "weblogs"),
        ("stream", "write", "--rate=1", "--duration=1"),
        ("stream", "replay", "--from=x"),
    ],
)
def test_nothing_is_written_into_logs_of_the_machine(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda folder, mode: False)
    with (
        changed_settings({"runtime": "docker", "weblogs_dir": str(tmp_path)}),
        pytest.raises(NotInContainersError, match="LAKEHOUSE_WEBLOGS_DIR"),
    ):
        app(list(words), standalone_mode=False)


def test_the_writer_of_the_demo_starts_with_the_files_of_the_image(
    image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class StartedError(Exception):
        pass

    def started(command: list[str], **options: object) -> None:
        raise StartedError(*command)

    monkeypatch.setattr(demo.subprocess, "Popen", started)
    with pytest.raises(StartedError) as caught:
        demo.write(catalog.WORKLOADS[-1], OPTIONS)
    program, *words = caught.value.args
    monkeypatch.undo()
    answer = subprocess.run(
        [program, *words, "--help"],
        capture_output=True,
        text=True,
        cwd=image,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(image / "src")},
    )
    assert answer.returncode == 0
    assert "stream write" in answer.stdout


@pytest.mark.parametrize(
    ("publish", "host"),
    [("127.0.0.1", "localhost"), ("0.0.0.0", "localhost"), ("192.0.2.7", "192.0.2.7")],
)
def test_credentials_are_for_published_addresses(publish: str, host: str) -> None:
    config = Settings(
        _env_file=None,
        runtime="docker",
        publish_host=publish,
        spark_host="spark",
        postgres_host="postgres",
        spark_thrift_published_port=11004,
        grafana_published_port=3001,
    )
    places = {login.what: login.where for login in logins(config)}
    assert places["Thrift, to read"] == f"http://{host}:11004/cliservice"
    assert places["Grafana"] == f"http://{host}:3001"
    assert places["PostgreSQL"] == "postgres:15432 (inside Docker's network only)"


def test_addresses_of_local_processes_stay() -> None:
    places = {login.what: login.where for login in logins(Settings(_env_file=None))}
    assert places["Thrift, to read"] == "http://127.0.0.1:10004/cliservice"
    assert places["PostgreSQL"] == "127.0.0.1:15432"


def test_messages_name_the_commands_of_the_runtime(in_docker: None) -> None:
    message = "see ./lakehouse status, or ./lakehouse --runtime docker logs spark"
    assert for_runtime(message) == (
        "see ./lakehouse --runtime docker status, or ./lakehouse --runtime docker logs spark"
    )
    assert command("verify") == "./lakehouse --runtime docker verify"


def test_messages_for_local_processes_stay() -> None:
    assert for_runtime("try ./lakehouse up") == "try ./lakehouse up"
