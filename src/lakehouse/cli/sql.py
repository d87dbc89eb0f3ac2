"""`sql`: statements from an argument, a file, standard input or a prompt, through Thrift."""

from __future__ import annotations

import contextlib
import csv
import json
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from lakehouse.cli.common import can_ask, console, errors, print_whole, say

_PROMPT, _CONTINUED = "sql> ", "...> "
_LEAVE = ("exit", "quit")
_HISTORY_LINES = 1_000

Rows = Iterable[tuple[Any, ...]]


class Format(StrEnum):
    """Output format of a result."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(sql)


def sql(
    statement: Annotated[
        str | None,
        typer.Argument(help="Spark SQL, such as a SELECT on gold; several end with `;` each."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", "-f", help="Read statements from a file; - is standard input."),
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TABLE,
    as_reader: Annotated[
        bool, typer.Option("--as-reader", help="As the user of BI tools, who may only read.")
    ] = False,
) -> None:
    """Run SQL through the Thrift server.

    Without a statement and a file: standard input, or a prompt if that is a terminal.
    """
    from lakehouse.platform.settings import settings
    from lakehouse.serving import thrift

    if statement is not None and file is not None:
        raise typer.BadParameter("give a statement or --file, not both")
    text = _text(statement, file)
    login = thrift.reader(settings()) if as_reader else None
    with thrift.cursor(login) as cursor:
        if text is None:
            _prompt(cursor, format_)
            return
        for single in statements(text):
            columns, rows = thrift.stream(cursor, single)
            write(columns, rows, format_)


def statements(text: str) -> list[str]:
    """The statements of a script, without the semicolons that end them."""
    import sqlparse

    split = (single.rstrip().removesuffix(";").rstrip() for single in sqlparse.split(text))
    return [single for single in split if sqlparse.format(single, strip_comments=True).strip()]


def _text(statement: str | None, file: Path | None) -> str | None:
    """Text of the statements; None for a prompt."""
    if statement is not None:
        return statement
    if file is not None and str(file) != "-":
        try:
            return file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise typer.BadParameter(f"{file} cannot be read: {error}") from error
    return None if file is None and can_ask() else sys.stdin.read()


def write(columns: Sequence[str], rows: Rows, format_: Format) -> None:
    """Write a result; CSV and JSON row by row, so that large ones need no memory."""
    if format_ is Format.CSV:
        if columns:
            _write_csv(columns, rows)
    elif format_ is Format.JSON:
        _write_json(columns, rows)
    else:
        print_whole(_table(columns, list(rows)))


def _write_csv(columns: Sequence[str], rows: Rows) -> None:
    writer = csv.writer(console.file)
    writer.writerow(columns)
    writer.writerows(rows)


def _write_json(columns: Sequence[str], rows: Rows) -> None:
    names = distinct(columns)
    before = "["
    for row in rows:
        text = json.dumps(dict(zip(names, row, strict=True)), indent=2, default=str)
        console.file.write(before + textwrap.indent(f"\n{text}", "  "))
        before = ","
    console.file.write("[]\n" if before == "[" else "\n]\n")


def distinct(columns: Sequence[str]) -> list[str]:
    """Names as keys of an object: the second `id` becomes `id_2`, unless that is a column too."""
    names: list[str] = []
    for column in columns:
        name, number = column, 1
        while name in names or (number > 1 and name in columns):
            number += 1
            name = f"{column}_{number}"
        names.append(name)
    return names


def _table(columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for index, name in enumerate(columns):
        numeric = any(isinstance(row[index], int | float) for row in rows[:50])
        table.add_column(Text(name), justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    return table


def _prompt(cursor: Any, format_: Format) -> None:
    """Run statements as they are typed; an error does not end the session."""
    from lakehouse.serving import thrift

    say("Spark SQL; end a statement with ;  Tab completes table names, Ctrl-D leaves.")
    with _line_editing():
        for single in _typed():
            try:
                columns, rows = thrift.stream(cursor, single)
                write(columns, rows, format_)
            except thrift.QueryError as error:
                errors.print(f"error: {error}", style="red", soft_wrap=True)


def _typed() -> Iterator[str]:
    """Statements from the terminal, until its end or `exit`."""
    kept: list[str] = []
    while True:
        try:
            kept.append(input(_CONTINUED if kept else _PROMPT))
        except KeyboardInterrupt:
            say("")
            kept.clear()
            continue
        except EOFError:
            say("")
            return
        text = "\n".join(kept)
        if text.strip().rstrip(";").lower() in _LEAVE:
            return
        if text.rstrip().endswith(";") or not text.strip():
            kept.clear()
            yield from statements(text)


@contextlib.contextmanager
def _line_editing() -> Iterator[None]:
    """Arrow keys, a history in the state folder, and completion of table names."""
    import readline

    from lakehouse.cli.completion import full_table_names
    from lakehouse.platform.settings import settings

    def complete(word: str, number: int) -> str | None:
        names = full_table_names(word) if word else []
        return names[number] if number < len(names) else None

    history = settings().state_dir / "sql_history"
    readline.set_completer_delims(" \t\n,();=")
    readline.set_completer(complete)
    readline.parse_and_bind("tab: complete")
    readline.set_history_length(_HISTORY_LINES)
    with contextlib.suppress(OSError):
        readline.read_history_file(history)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            history.touch(mode=0o600)
            readline.write_history_file(history)
