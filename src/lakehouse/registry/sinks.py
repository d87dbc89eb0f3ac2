"""Sinks found by module; a module is imported when its sink is used."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from types import ModuleType
from typing import Any

from lakehouse.contracts.sinks import Sink

PACKAGE = "lakehouse.sinks"


def names() -> tuple[str, ...]:
    """Names of all sinks: the modules of their package."""
    spec = importlib.util.find_spec(PACKAGE)
    folders = (spec and spec.submodule_search_locations) or ()
    return tuple(sorted(one.name for one in pkgutil.iter_modules(folders) if not one.ispkg))


def module(name: str) -> ModuleType:
    """The module of a sink, with `TITLE`, `ONCE` and `connect`.

    Raises:
        ImportError: there is no such sink.
    """
    return importlib.import_module(f"{PACKAGE}.{name}")


def connect(name: str, config: Any) -> Sink[Any]:
    """A sink at the addresses of the settings; connections open when they are used."""
    sink: Sink[Any] = module(name).connect(config)
    return sink
