"""What every command writes with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console

from lakehouse.platform.command_line import for_runtime

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """Write a value for programs to read."""
    console.file.write(json.dumps(value, indent=2, default=str) + "\n")


def say(line: str) -> None:
    """Write a line of progress."""
    console.print(for_runtime(line), markup=False)


@contextmanager
def working(what: str) -> Iterator[None]:
    """A spinner for people; nothing where the output goes into a file."""
    if not console.is_terminal:
        yield
        return
    with console.status(what):
        yield
