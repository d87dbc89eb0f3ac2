"""`sql`: names of columns, formats, where statements come from."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lakehouse.cli import sql
from lakehouse.cli.app import app
from lakehouse.serving import thrift

NAMES = ("sum((price * 0.9))", "id", "id", "a.b", "[red]x[/red]")
ROWS = [(Decimal("1.50"), 1, 2, None, "[bold]"), (Decimal("2.50"), 3, 4, "é", "y" * 150)]


class Cursor:
    """A session that records statements and gives each the same answer."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.description = [(name, "type") for name in NAMES]

    def execute(self, statement: str) -> None:
        self.ran.append(statement)
        self._rows = iter(ROWS)

    def fetchone(self) -> tuple[Any, ...] | None:
        return next(self._rows, None)


@pytest.fixture
def cursor(monkeypatch: pytest.MonkeyPatch) -> Cursor:
    opened = Cursor()

    @contextmanager
    def session(login: object = None) -> Iterator[Cursor]:
        yield opened

    monkeypatch.setattr(thrift, "cursor", session)
    return opened


def run(*arguments: str, stdin: str | None = None) -> Any:
    return CliRunner().invoke(app, ["sql", *arguments], input=stdin, env={"COLUMNS": "80"})


def test_columns_have_the_names_of_the_engine(cursor: Cursor) -> None:
    answer = thrift.ask(cursor, "SELECT 1")
    assert (answer.columns, answer.rows) == (list(NAMES), ROWS)


def test_csv_keeps_duplicate_names(cursor: Cursor) -> None:
    lines = list(csv.reader(io.StringIO(run("SELECT 1", "--format", "csv").output)))
    assert lines == [
        list(NAMES),
        ["1.50", "1", "2", "", "[bold]"],
        ["2.50", "3", "4", "é", "y" * 150],
    ]


def test_json_keeps_both_columns_of_a_name(cursor: Cursor) -> None:
    found = json.loads(run("SELECT 1", "--format", "json").output)
    assert [list(row) for row in found] == [
        ["sum((price * 0.9))", "id", "id_2", "a.b", "[red]x[/red]"]
    ] * 2
    assert (found[0]["id"], found[0]["id_2"], found[0]["a.b"]) == (1, 2, None)


def test_json_of_no_rows_is_an_empty_array(cursor: Cursor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cursor, "fetchone", lambda: None)
    assert json.loads(run("SELECT 1", "--format", "json").output) == []


def test_key_of_a_duplicate_is_no_other_column() -> None:
    assert sql.distinct(["id", "id", "id_2", "id"]) == ["id", "id_3", "id_2", "id_4"]


def test_table_shows_names_and_values_whole(cursor: Cursor) -> None:
    header, first, second = run("SELECT 1").output.splitlines()
    assert " ".join(header.split()) == " ".join(NAMES)
    assert first.split() == ["1.50", "1", "2", "[bold]"]
    assert "y" * 150 in second


def test_statements_come_from_a_file(cursor: Cursor, tmp_path: Path) -> None:
    file = tmp_path / "two.sql"
    file.write_text("-- a comment; with a semicolon\nSELECT ';' AS a;\n\nSELECT 2\n;\n-- end\n")
    assert run("--file", str(file)).exit_code == 0
    assert [one.splitlines()[-1] for one in cursor.ran] == ["SELECT ';' AS a", "SELECT 2"]


@pytest.mark.parametrize("options", [(), ("-f", "-")])
def test_statements_come_from_standard_input(options: tuple[str, ...], cursor: Cursor) -> None:
    assert run(*options, stdin="SELECT 1; SELECT 2").exit_code == 0
    assert cursor.ran == ["SELECT 1", "SELECT 2"]


def test_statement_and_file_are_refused_together(cursor: Cursor, tmp_path: Path) -> None:
    assert run("SELECT 1", "--file", str(tmp_path / "x")).exit_code == 2
    assert run("--file", str(tmp_path / "missing.sql")).exit_code == 2
    assert cursor.ran == []


def test_prompt_goes_on_after_an_error(cursor: Cursor, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter(["SELECT broken", ";", "", "SELECT 1; SELECT 2;", "exit"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(typed))
    monkeypatch.setattr(sql, "can_ask", lambda: True)
    execute = cursor.execute

    def refusing(statement: str) -> None:
        execute(statement)
        if "broken" in statement:
            raise thrift.QueryError("no such column")

    monkeypatch.setattr(cursor, "execute", refusing)
    answer = run("--format", "csv")
    assert answer.exit_code == 0
    assert cursor.ran == ["SELECT broken", "SELECT 1", "SELECT 2"]
    assert "no such column" in answer.output
