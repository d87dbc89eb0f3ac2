"""Profiles, workloads and servers that `up` started by name, kept in the state folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lakehouse.platform.settings import Settings


def names(config: Settings) -> frozenset[str] | None:
    """Names since the supervisor's start; None if that start was not recorded."""
    try:
        return frozenset(_file(config).read_text("utf-8").split())
    except FileNotFoundError:
        return None


def add(more: Iterable[str], config: Settings) -> None:
    """Add names to the record, if there is one."""
    recorded = names(config)
    if recorded is not None:
        write(recorded | set(more), config)


def write(all_: Iterable[str], config: Settings) -> None:
    """Replace the record."""
    _file(config).write_text("".join(f"{name}\n" for name in sorted(all_)), encoding="utf-8")


def forget(config: Settings) -> None:
    """Delete the record."""
    _file(config).unlink(missing_ok=True)


def _file(config: Settings) -> Path:
    return config.run_dir / "started"
