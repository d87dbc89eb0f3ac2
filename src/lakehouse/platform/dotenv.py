"""Reading `.env` so that every value is the one that Docker Compose reads from the same file.

Compose expands `$NAME` where the usual Python library does not; such a value is refused.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from dotenv.parser import Binding, parse_stream
from dotenv.variables import parse_variables

# what both expand
_BRACED = re.compile(r"\$\{[A-Za-z_]\w*(:-[^}]*)?\}")


class InvalidLineError(ValueError):
    """A line of `.env` that cannot be read, or that Compose reads as another value."""


def read_dotenv(file: Path) -> dict[str, str]:
    """Values by name, blank ones among them.

    Raises:
        InvalidLineError: a line is not NAME=value, or means another value to Compose.
    """
    if not file.exists():
        return {}
    found: dict[str, str] = {}
    with file.open(encoding="utf-8-sig") as stream:
        for binding in _assignments(parse_stream(stream), file):
            found[str(binding.key)] = _value(binding, found, file)
    return found


def _assignments(bindings: Iterator[Binding], file: Path) -> Iterator[Binding]:
    for binding in bindings:
        if binding.error or (binding.key is not None and binding.value is None):
            raise InvalidLineError(
                f"{file}, line {_line(binding)} cannot be read: write NAME=value, and quote a "
                "value that holds quotes or begins with one"
            )
        if binding.key is not None:
            yield binding


def _value(binding: Binding, before: dict[str, str], file: Path) -> str:
    value = binding.value or ""
    written = binding.original.string.split("=", 1)[1].lstrip()
    if written.startswith("'"):
        return value
    if "$" in _BRACED.sub("", value):
        raise InvalidLineError(
            f"the value of {binding.key} in {file}, line {_line(binding)}, holds a $, which Docker "
            f"Compose expands: put it into single quotes, {binding.key}='...'"
        )
    known = before | os.environ
    return "".join(atom.resolve(known) for atom in parse_variables(value))


def _line(binding: Binding) -> int:
    """The line of the assignment, below blank lines that the parser counts as part of it."""
    text = binding.original.string
    blank = text[: len(text) - len(text.lstrip())].count("\n")
    return binding.original.line + blank
