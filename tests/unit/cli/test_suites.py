"""Which runs of pytest go side by side, and how they are stopped."""

from __future__ import annotations

import tempfile
import threading
import time

import pytest

from lakehouse.cli import suites
from lakehouse.cli.suites import Suite, lanes

LARGE, SMALL = 24 * 2**30, 8 * 2**30
ALL = (Suite.UNIT, Suite.INTEGRATION, Suite.ACCEPTANCE)


def words(command: suites.Command) -> set[str]:
    """Folders and options of a run."""
    return {word for word in command if word.startswith(("tests/", "-k", "--servers"))}


def test_modules_with_own_servers_run_beside_the_others() -> None:
    command, beside = lanes(ALL, ["-k", "orders"], LARGE)
    assert words(command) == {"tests/integration", "tests/acceptance", "-k", "--servers=shared"}
    assert [words(each) for each in beside] == [
        {"tests/unit", "-k"},
        {"tests/integration", "-k", "--servers=own"},
    ]
    # these wait for servers, and time them
    assert [each[0] == "nice" for each in beside] == [True, False]


def test_small_machine_runs_one_platform_at_a_time() -> None:
    command, beside = lanes(ALL, [], SMALL)
    assert words(command) == {"tests/integration", "tests/acceptance"}
    assert [words(each) for each in beside] == [{"tests/unit"}]


@pytest.mark.parametrize("suite", [Suite.INTEGRATION, Suite.ACCEPTANCE, Suite.CHAOS])
def test_one_suite_runs_alone(suite: Suite) -> None:
    command, beside = lanes([suite], [], LARGE)
    assert words(command) == {f"tests/{suite}"}
    assert beside == []


def test_commands_beside_run_in_turn_and_give_their_codes() -> None:
    with tempfile.TemporaryFile() as report:
        beside = suites._Beside([("sh", "-c", "echo one; exit 3"), ("echo", "two")], report)
        assert beside.run() == [3, 0]
        report.seek(0)
        assert report.read() == b"one\ntwo\n"


def test_stopping_ends_the_one_that_runs_and_begins_no_other() -> None:
    with tempfile.TemporaryFile() as report:
        beside = suites._Beside([("sleep", "60"), ("echo", "two")], report)
        codes: list[int] = []
        thread = threading.Thread(target=lambda: codes.extend(beside.run()))
        thread.start()
        while beside._running is None:
            time.sleep(0.01)
        beside.stop()
        thread.join(10)
        assert codes == [-15]
        assert report.tell() == 0
