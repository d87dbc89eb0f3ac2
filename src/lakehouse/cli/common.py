"""Terminal output of all commands, the --json option, and exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, Protocol

import typer
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.text import Text

from lakehouse.platform.command_line import for_runtime

if TYPE_CHECKING:
    from rich.progress import Progress

    class Reconciled(Protocol):
        """A line of a reconciliation."""

        @property
        def balanced(self) -> bool:
            """True if both sides agree."""


# what is printed may hold brackets and colons, such as passwords and log lines: it is never markup
console = Console(highlight=False, markup=False, emoji=False)
errors = Console(stderr=True, highlight=False, markup=False, emoji=False)

JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON for programs to read.")]

# the exit codes of commands that compare
DIFFERS = 1
NOT_CHECKED = 3
_WIDEST = 100_000


def can_ask() -> bool:
    """True if somebody can answer a question."""
    return sys.stdin.isatty()


def print_json(value: Any) -> None:
    """Write a value for programs to read."""
    console.file.write(json.dumps(value, indent=2, default=str) + "\n")


def say(*parts: str | tuple[str, str]) -> None:
    """Write a line that is neither cut nor wrapped; a part may be a pair of text and style."""
    found = [for_runtime(each) if isinstance(each, str) else each for each in parts]
    console.print(Text.assemble(*found), soft_wrap=True)


def say_result(lines: Sequence[Reconciled], *, quiet: bool) -> bool:
    """Write how many lines balance, unless quiet; true if all do."""
    broken = [line for line in lines if not line.balanced]
    if quiet:
        return not broken
    if broken:
        say((f"{len(broken)} of {len(lines)} lines do not balance", "red"))
    else:
        say((f"all {len(lines)} lines balance", "green"))
    return not broken


def heading(title: str) -> None:
    """Write a heading with a rule."""
    console.rule(Text(title, "bold"), align="left")


def print_whole(content: RenderableType) -> None:
    """Write a table or text with every value whole, even if lines exceed the terminal."""
    console.print(_Unbounded(content), soft_wrap=True)


class _Unbounded:
    """Content as wide as its values, whatever the width of the terminal."""

    def __init__(self, content: RenderableType) -> None:
        self._content = content

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        free = options.update(width=_WIDEST, height=None)
        width = Measurement.get(console, free, self._content).maximum
        yield from console.render(self._content, options.update(width=max(width, 1), height=None))


@contextmanager
def checking() -> Iterator[None]:
    """Mark errors of a comparison, which end the command with the exit code for "not checked".

    An interruption and a wrong option keep their own codes.
    """
    try:
        yield
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except Exception as error:
        raise NotCheckedError(error) from error


class NotCheckedError(Exception):
    """A comparison could not be made; its cause is the reason."""


@contextmanager
def working(what: str) -> Iterator[None]:
    """A spinner for people; nothing where the output goes into a file."""
    if not console.is_terminal:
        yield
        return
    with console.status(what):
        yield


def progress_bar() -> Progress:
    """A bar of steps that are done; it disappears at the end."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        console=errors,
        transient=True,
    )


def fail(message: str, remedy: str) -> NoReturn:
    """End the command with an error, and what to do about it.

    Raises:
        typer.Exit: always.
    """
    errors.print(message, style="bold red", soft_wrap=True)
    if remedy:
        errors.print(for_runtime(remedy), soft_wrap=True)
    raise typer.Exit(1)
