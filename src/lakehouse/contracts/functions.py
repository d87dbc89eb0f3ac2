"""Functions and objects that declarations name, imported when they are needed."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from typing import Any

from lakehouse.contracts.model import Table


def named(reference: str) -> Any:
    """The function or object behind `module:name`.

    Raises:
        ImportError: the module does not exist.
        AttributeError: the module has no such name.
    """
    return pkgutil.resolve_name(reference)


def function_of(table: Table) -> Callable[..., Any]:
    """The pure function that makes the rows of a table from those that it reads.

    Raises:
        ImportError: the module that the table names does not exist.
        AttributeError: the module has no function of the table's name.
    """
    function: Callable[..., Any] = named(f"{table.functions}:{table.name}")
    return function


def parameter(read: str) -> str:
    """Parameter of a table's function that takes a table that it reads."""
    return read.rpartition(".")[2]
