"""Proving the code: linters, types, generated pages and tests."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from lakehouse.cli import public_names, suites
from lakehouse.cli.common import errors, say
from lakehouse.cli.suites import ON_REQUEST, Suite
from lakehouse.platform import containers, port_table
from lakehouse.platform.settings import PROJECT
from lakehouse.registry import catalog, dictionary, validation
from lakehouse.serving.grafana import files as grafana
from lakehouse.serving.powerbi import project as powerbi
from lakehouse.serving.superset import files as superset
from lakehouse.streams import flows

app = typer.Typer()


def _public_names() -> str:
    # the application holds this module's commands, too: it is complete only when it runs
    from lakehouse.cli.app import app as commands

    return public_names.page(commands)


GENERATED: Mapping[Path, Callable[[], str]] = {
    Path("docs/data-dictionary.md"): dictionary.render,
    public_names.PAGE: _public_names,
    port_table.PAGE: port_table.page,
    Path("containers/settings.env"): containers.settings_file,
    Path("containers/profiles.txt"): containers.profiles_file,
    **flows.files(),
    **grafana.files(),
    **powerbi.files(),
    **superset.files(),
}
_PYTHON = (sys.executable, "-m")
_LINTERS = {
    "ruff check": (*_PYTHON, "ruff", "check", "--quiet"),
    "ruff format": (*_PYTHON, "ruff", "format", "--check", "--quiet"),
    "mypy": (*_PYTHON, "mypy", "--no-error-summary", "src", "benchmarks"),
}


@app.command()
def check() -> None:
    """Run what is fast: linters, types, generated pages, unit tests."""
    passed = _static_checks()
    _stop_unless(suites.passed([Suite.UNIT], ["-q"]) and passed)


@app.command(context_settings={"allow_extra_args": True})
def test(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="unit, integration, acceptance, chaos, containers; then what pytest is told"
        ),
    ] = None,
) -> None:
    """Run the linters, then the tests of the kinds named (else all but the last two).

    What follows `--` goes to pytest, as in `test unit -- -k orders`.
    """
    chosen, arguments = _split(names or [])
    passed = _static_checks()
    _stop_unless(suites.passed(chosen, arguments) and passed)


@app.command()
def docs(
    check_only: Annotated[
        bool, typer.Option("--check", help="write nothing; fail where a page is not current")
    ] = False,
) -> None:
    """Write the pages that are generated from the contracts."""
    if check_only:
        _stop_unless(_pages_are_current())
        return
    for page, render in GENERATED.items():
        (PROJECT / page).parent.mkdir(parents=True, exist_ok=True)
        (PROJECT / page).write_text(render(), encoding="utf-8")
        say(f"wrote {page}")


def _split(words: list[str]) -> tuple[list[Suite], list[str]]:
    """Kinds of tests in the order to run them, and the words meant for pytest."""
    kinds = [kind.value for kind in Suite]
    first_other = next((i for i, word in enumerate(words) if word not in kinds), len(words))
    named, told = words[:first_other], words[first_other:]
    if told and not told[0].startswith("-"):
        raise typer.BadParameter(f"{told[0]!r} is none of {', '.join(kinds)}")
    return [kind for kind in Suite if kind in named or not (named or kind in ON_REQUEST)], told


def _static_checks() -> bool:
    """Run every check that needs no test; all of them, even where one fails."""
    results = [_timed(name, partial(_run, command)) for name, command in _LINTERS.items()]
    own = {"generated pages": _pages_are_current, "workloads": _workloads_are_complete}
    return all([*results, *(_timed(name, action) for name, action in own.items())])


def _timed(name: str, action: Callable[[], bool]) -> bool:
    start = time.monotonic()
    passed = action()
    say(f"{'passed' if passed else 'FAILED'}  {name}  {time.monotonic() - start:.1f} s")
    return passed


def _run(command: tuple[str, ...]) -> bool:
    return subprocess.run(command, cwd=PROJECT, check=False).returncode == 0


def _workloads_are_complete() -> bool:
    """Check what takes imports and services; other errors are found at each start."""
    ports = port_table.of_vendors()
    wrong = [
        *validation.missing_functions(catalog.FOUND),
        *validation.taken_ports(catalog.FOUND, {port.number: port.server for port in ports}),
    ]
    for sentence in wrong:
        errors.print(sentence, soft_wrap=True)
    return not wrong


def _pages_are_current() -> bool:
    outdated = [page for page, render in GENERATED.items() if not _is_current(page, render())]
    for page in outdated:
        errors.print(f"{page} is not current: run ./lakehouse docs")
    return not outdated


def _is_current(page: Path, text: str) -> bool:
    file = PROJECT / page
    return file.exists() and file.read_text(encoding="utf-8") == text


def _stop_unless(passed: bool) -> None:
    if not passed:
        raise typer.Exit(1)
