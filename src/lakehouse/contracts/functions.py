"""Functions that declarations name, imported when they are needed."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from typing import Any

from lakehouse.contracts.model import Table


def named(reference: str) -> Callable[..., Any]:
    """The function behind `module:function`.

    Raises:
        ImportError: the module does not exist.
        AttributeError: the module has no such function.
    """
    found: Callable[..., Any] = pkgutil.resolve_name(reference)
    return found


def function_of(table: Table) -> Callable[..., Any]:
    """The pure function that makes the rows of a table from those that it reads.

    Raises:
        ImportError: the module that the table names does not exist.
        AttributeError: the module has no function of the table's name.
    """
    return named(f"{table.functions}:{table.name}")


def parameter(read: str) -> str:
    """Parameter of a table's function that takes a table that it reads."""
    return read.rpartition(".")[2]
