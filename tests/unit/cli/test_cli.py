"""The command line in process: options, output, JSON shapes, exit codes."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.models import CommandInfo
from typer.testing import CliRunner

from lakehouse.cli import common, completion, data, looking, proving
from lakehouse.cli.app import add_commands, app, main
from lakehouse.platform import secrets, status
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import PROJECT
from lakehouse.platform.status import ServerStatus
from lakehouse.registry import catalog
from lakehouse.registry.discovery import InvalidWorkloadError
from lakehouse.serving import dead_letters
from lakehouse.serving.reconciliation import Line
from lakehouse.serving.stream_proof import Proof

RUNNER = CliRunner()
# longer than a terminal, and with all that rich would interpret
ODD = ("x" * 150, "ab[red]cd", "w[/x]y", "a:warning:b", "[link=http://x]y[/link]")


def lakehouse(*arguments: str, stdin: str | None = None) -> Any:
    return RUNNER.invoke(app, arguments, input=stdin, env={"COLUMNS": "80"})


def exit_code(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Exit code of the whole program."""
    monkeypatch.setattr("sys.argv", ["lakehouse", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def _names(commands: list[CommandInfo]) -> list[str]:
    return [one.name or getattr(one.callback, "__name__", "").replace("_", "-") for one in commands]


def test_every_command_has_help() -> None:
    names = [[name] for name in _names(app.registered_commands)]
    for group in app.registered_groups:
        assert group.typer_instance is not None
        below = _names(group.typer_instance.registered_commands)
        names += [[group.name, name] if group.name else [name] for name in below]
    assert len(names) > 20
    for words in names:
        answer = lakehouse(*words, "--help")
        assert (answer.exit_code, "Usage" in answer.output) == (0, True), words


def test_command_of_a_workload_that_is_taken() -> None:
    taken = typer.Typer()
    taken.command("stream")(lambda: None)
    (weblogs,) = [one for one in catalog.FOUND if one.workload.name == "weblogs"]

    with pytest.raises(InvalidWorkloadError, match="weblogs: commands: stream is already a"):
        add_commands(taken, [weblogs])


@pytest.mark.parametrize(("command", "option"), [("load", "--from"), ("demo", "--data-dir")])
def test_help_of_options_for_data_names_zip(command: str, option: str) -> None:
    words = " ".join(lakehouse(command, "--help").output.replace("│", " ").split())
    assert ".zip" in words.partition(option)[2].partition(" --")[0]


def test_version_is_that_of_the_project() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert lakehouse("--version").output == f"lakehouse {project['version']}\n"


@pytest.mark.parametrize("password", ODD)
def test_credentials_show_passwords_as_they_are(
    password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = {"what": "Thrift", "where": "http://x", "user": "reader", "password": password}
    monkeypatch.setattr(secrets, "credentials", lambda config: [entry])
    assert password in lakehouse("credentials").output
    assert json.loads(lakehouse("credentials", "--json").output) == [entry]


@pytest.mark.parametrize("text", ODD)
def test_lines_are_written_as_they_are(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    common.say(("mark", "red"), f" {text}")
    common.console.print(text, soft_wrap=True)
    assert capsys.readouterr().out == f"mark {text}\n{text}\n"


def test_dead_letter_shows_its_line_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    known = dict.fromkeys(("received_at", "place", "topic", "partition", "offset", "detail"), 1)
    line = "GET /[red]/x :smile:"
    letter = dead_letters.DeadLetter({**known, "reason": "malformed", "line": line})
    monkeypatch.setattr(dead_letters, "still_aside", lambda stream, reason: [letter])
    assert line in lakehouse("dead-letters", "list").output


@pytest.mark.parametrize(
    ("states", "code"),
    [(("ready", "stopped"), 0), (("starting",), 0), (("ready", "failed"), 1)],
)
def test_status_fails_with_a_failed_server(
    states: tuple[str, ...], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = [
        ServerStatus(name, state, {"port": 1}, None, None, None)
        for name, state in zip(("spark", "kafka"), states, strict=False)
    ]
    monkeypatch.setattr(status, "server_statuses", lambda config: servers)
    assert lakehouse("status").exit_code == code
    answer = lakehouse("status", "--json")
    assert answer.exit_code == code
    assert [one["state"] for one in json.loads(answer.output)] == list(states)


def test_status_of_a_workload_shows_only_its_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    servers = [
        ServerStatus("spark", "ready", {"port": 1}, None, None, None),
        ServerStatus("superset", "failed", {"port": 1}, None, None, None),
    ]
    monkeypatch.setattr(status, "server_statuses", lambda config: servers)
    answer = lakehouse("status", "shop", "--json")
    assert [one["name"] for one in json.loads(answer.output)] == ["spark"]
    # a failed server of others is not its own
    assert answer.exit_code == 0
    assert "superset" not in lakehouse("status", "shop").output
    assert lakehouse("status", "shop", "superset").exit_code == 1


class Reconciliation:
    """Stands for both kinds of `verify`."""

    def __init__(self, outcome: bool | Exception) -> None:
        self._outcome = outcome

    def __call__(self, *arguments: object) -> bool:
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome


@pytest.mark.parametrize(
    ("outcome", "code"),
    [(True, 0), (False, 1), (PlatformError("not built yet"), 3), (ValueError("unforeseen"), 3)],
)
@pytest.mark.parametrize("options", [(), ("--streams",)])
def test_verify_separates_differences_from_failed_checks(
    outcome: bool | Exception,
    code: int,
    options: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(looking, "run_verify", Reconciliation(outcome))
    monkeypatch.setattr("lakehouse.cli.proving.verify_streams", Reconciliation(outcome))
    assert exit_code(monkeypatch, "verify", *options) == code


class Reconciled:
    """Stands for what `verify` finds: a line for tables, and one for each stream."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, balanced: bool = True) -> None:
        self.asked: list[str] = []
        self._found = 1 if balanced else 2
        monkeypatch.setattr(looking, "_reconciled", self.tables)
        monkeypatch.setattr(proving, "prove_streams", self.streams)

    def tables(self, workloads: Any, quiet: bool) -> list[Line]:
        if not any(one.reconciliation for one in workloads):
            return []
        self.asked += [one.name for one in workloads]
        return [Line("silver → gold", "fact_order", "rows", 1, self._found, "")]

    def streams(self, manifest: Any, wait: float, quiet: bool, streams: Any) -> list[Proof]:
        self.asked += [one.name for one in streams]
        return [Proof(one.name, [], {}, 0) for one in streams]


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("shop",), ["shop"]),
        (("weblogs",), ["access_log", "clickstream"]),
        (("weblogs", "--streams"), ["access_log", "clickstream"]),
    ],
)
def test_verify_of_a_workload_reconciles_it_alone(
    words: tuple[str, ...], asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Reconciled(monkeypatch)
    answer = lakehouse("verify", *words, "--json")
    assert answer.exit_code == 0
    assert sorted(found.asked) == asked
    shown = json.loads(answer.output)
    names = [one["table"] for one in shown["tables"]] + [one["stream"] for one in shown["streams"]]
    assert len(names) == len(asked)


def test_verify_of_a_workload_fails_with_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    Reconciled(monkeypatch, balanced=False)
    answer = lakehouse("verify", "shop")
    assert answer.exit_code == 1
    assert "1 of 1 lines do not balance" in answer.output


def test_verify_of_what_cannot_be_reconciled(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Reconciled(monkeypatch)
    assert exit_code(monkeypatch, "verify", "weblog") == 3
    assert "did you mean weblogs?" in capsys.readouterr().err
    assert exit_code(monkeypatch, "verify", "shop", "--streams") == 3
    assert "the workload shop has no streams" in capsys.readouterr().err


def test_wrong_options_have_their_own_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    assert exit_code(monkeypatch, "verify", "--manifest", "x") == 2
    assert exit_code(monkeypatch, "run") == 2
    assert exit_code(monkeypatch, "generate", "--orders", "1", "--out", "/nowhere") == 2


def test_exit_codes_are_in_the_help() -> None:
    text = " ".join(lakehouse("verify", "--help").output.split())
    for words in ("0 if everything agrees", "1 on any difference", "3 if it could not be checked"):
        assert words in text


@pytest.mark.parametrize(
    ("names", "begin", "one"),
    [
        (completion.dag_names, "Import_E", "Import_Ecom_data_to_Bronze_State_using_SQOOP"),
        (completion.silver_tables, "ord", "orders"),
        (completion.full_table_names, "gold.fact_o", "gold.fact_order"),
        (completion.server_names, "name", "namenode"),
        (completion.group_names, "st", "stream"),
        (completion.group_names, "web", "weblogs"),
        (completion.names_of_servers, "sh", "shop"),
        (completion.names_of_servers, "name", "namenode"),
        (completion.workload_names, "sh", "shop"),
        (completion.stream_names, "acc", "access_log"),
        (completion.question_names, "top", "top_pages"),
    ],
)
def test_names_are_completed(names: Any, begin: str, one: str) -> None:
    found = names(begin)
    assert one in found
    assert all(name.startswith(begin) for name in found)


def test_shell_completes_dags() -> None:
    env = {"_LAKEHOUSE_COMPLETE": "complete_bash", "COMP_WORDS": "lakehouse run Imp"}
    answer = RUNNER.invoke(app, env={**env, "COMP_CWORD": "2"}, prog_name="lakehouse")
    assert answer.output.split() == completion.dag_names("Imp")


class Databases:
    """Databases whose comment is the origin of their data."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, comment: str | None) -> None:
        self.comment = comment
        monkeypatch.setattr("lakehouse.platform.postgres.connect", self.connect)

    def connect(self, database: str, role: str) -> Databases:
        return self

    @contextmanager
    def cursor(self) -> Iterator[Databases]:
        yield self

    def execute(self, query: str, values: tuple[str, ...]) -> None:
        pass

    def fetchone(self) -> tuple[str | None]:
        return (self.comment,)

    def close(self) -> None:
        pass


@pytest.fixture
def files(tmp_path: Path) -> Path:
    from lakehouse.workloads.shop.generator import generate

    generate(50, 1, tmp_path / "generated")
    return tmp_path / "generated"


@pytest.mark.parametrize(
    ("held", "replaced"),
    [
        (None, True),
        ("generated data from /elsewhere", True),
        ("files from /real/data", False),
        ("a comment of somebody", True),
    ],
)
def test_load_without_terminal_keeps_files_of_another_origin(
    held: str | None, replaced: bool, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Databases(monkeypatch, held)
    found = data.find_source_files(files)
    if replaced:
        data.confirm_replacement(files, found, yes=False)
        return
    with pytest.raises(PlatformError, match=r"ecom holds files from /real/data.*--yes"):
        data.confirm_replacement(files, found, yes=False)
    data.confirm_replacement(files, found, yes=True)


def test_load_of_the_same_folder_asks_nothing(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (files / "manifest.json").unlink()
    Databases(monkeypatch, f"files from {files}")
    data.confirm_replacement(files, data.find_source_files(files), yes=False)


@pytest.mark.parametrize(("answer", "code"), [("n\n", 1), ("y\n", 9)])
def test_load_asks_at_a_terminal(
    answer: str, code: int, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load_folder(*arguments: object) -> None:
        raise SystemExit(9)

    Databases(monkeypatch, "files from /real/data")
    monkeypatch.setattr(data, "can_ask", lambda: True)
    monkeypatch.setattr("lakehouse.sources.load.load_folder", load_folder)
    asked = lakehouse("load", "--from", str(files), stdin=answer)
    assert "/real/data" in asked.output
    assert asked.exit_code == code
