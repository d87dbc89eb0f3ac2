"""Proving the code: linters, types, generated pages and tests."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from lakehouse.cli import public_names
from lakehouse.cli.common import errors, say
from lakehouse.platform import containers, port_table
from lakehouse.platform.scratch import remove_stale_counters
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
_MOST_WORKERS = 4
# exit codes of pytest
_PASSED, _INTERRUPTED, _NOTHING_TO_RUN = 0, 2, 5
_INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LINTERS = {
    "ruff check": (*_PYTHON, "ruff", "check", "--quiet"),
    "ruff format": (*_PYTHON, "ruff", "format", "--check", "--quiet"),
    "mypy": (*_PYTHON, "mypy", "--no-error-summary", "src", "benchmarks"),
}


class Suite(StrEnum):
    """Kinds of tests, the fast before the slow."""

    UNIT = "unit"
    INTEGRATION = "integration"
    ACCEPTANCE = "acceptance"
    CHAOS = "chaos"
    CONTAINERS = "containers"


# what a run without names leaves out: minutes of killing servers under load, and what needs Docker
ON_REQUEST = frozenset({Suite.CHAOS, Suite.CONTAINERS})


@app.command()
def check() -> None:
    """Run what is fast: linters, types, generated pages, unit tests."""
    passed = _static_checks()
    _stop_unless(_pytest([Suite.UNIT], ["-q"]) and passed)


@app.command(context_settings={"allow_extra_args": True})
def test(
    suites: Annotated[
        list[str] | None,
        typer.Argument(
            help="unit, integration, acceptance, chaos, containers; then what pytest is told"
        ),
    ] = None,
) -> None:
    """Run the linters, then the tests of the kinds named (else all but the last two).

    What follows `--` goes to pytest, as in `test unit -- -k orders`.
    """
    chosen, told = _split(suites or [])
    passed = _static_checks()
    _stop_unless(_pytest(chosen, told) and passed)


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


def _pytest(suites: list[Suite], told: list[str]) -> bool:
    """Run unit tests on all cores; beside the others, which share servers, if those run too."""
    scratch = PROJECT / ".tmp"
    scratch.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        # tests and their servers leave nothing in /tmp, where names can be taken by other users
        os.environ["TMPDIR"] = folder
        passed = _run_suites(suites, told)
    # no option of a JVM moves the folder of its counters
    remove_stale_counters()
    return passed


def _run_suites(suites: list[Suite], told: list[str]) -> bool:
    unit = [suite for suite in suites if suite is Suite.UNIT]
    others = [suite for suite in suites if suite is not Suite.UNIT]
    if unit and others:
        codes = _run_beside(_pytest_command(unit, told), _pytest_command(others, told))
    elif unit:
        # each worker has a Spark of its own, of more than a gigabyte
        workers = min(os.cpu_count() or 1, _MOST_WORKERS)
        codes = [_run_to_its_end((*_pytest_command(unit, told), "-n", str(workers)))]
    else:
        codes = [_run_to_its_end(_pytest_command(others, told))]
    return _PASSED in codes and set(codes) <= {_PASSED, _NOTHING_TO_RUN}


def _pytest_command(suites: Sequence[Suite], told: list[str]) -> tuple[str, ...]:
    folders = [f"tests/{suite}" for suite in suites if (PROJECT / "tests" / suite).exists()]
    return (*_PYTHON, "pytest", *folders, *told)


def _run_beside(filler: tuple[str, ...], command: tuple[str, ...]) -> list[int]:
    """Run a command, and another in the time that it leaves; told of when the first has ended."""
    say("unit tests run beside those of servers, and are told of after them")
    with tempfile.TemporaryFile() as report:
        beside = subprocess.Popen(
            ("nice", "-n", "19", *filler),
            cwd=PROJECT,
            stdout=report,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        with beside:
            code = _run_to_its_end(command)
            if code == _INTERRUPTED:
                beside.terminate()
        report.seek(0)
        sys.stdout.flush()
        shutil.copyfileobj(report, sys.stdout.buffer)
    return [code, beside.returncode]


def _run_to_its_end(command: tuple[str, ...]) -> int:
    """Run a command that stops servers at its end: an interruption is passed on, once."""
    # a session of its own: a terminal would tell both, and a second time breaks the stopping
    with subprocess.Popen(command, cwd=PROJECT, start_new_session=True) as process:

        def pass_on(number: int, frame: FrameType | None) -> None:
            for each in _INTERRUPTIONS:
                signal.signal(each, signal.SIG_IGN)
            process.terminate()

        for each in _INTERRUPTIONS:
            signal.signal(each, pass_on)
        return process.wait()


def _stop_unless(passed: bool) -> None:
    if not passed:
        raise typer.Exit(1)
