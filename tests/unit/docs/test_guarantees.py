"""Every test that docs/architecture.md names as holding a guarantee exists."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lakehouse.platform.settings import PROJECT

HEADING = "## Guarantees and their tests\n"
NO_TEST = "No test"


def rows(page: str) -> list[tuple[str, str]]:
    """Guarantee and tests of each row below the heading."""
    section = page.partition(HEADING)[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (\*\*.+) \| (.+) \|$", section, re.M)
    assert len(cells) == section.count("\n| **")
    return cells


ROWS = rows((PROJECT / "docs" / "architecture.md").read_text("utf-8"))


def names(cell: str) -> list[str]:
    """Tests that a cell names, as pytest takes them."""
    return re.findall(r"`(tests/[^`]+)`", cell)


NAMED = sorted({name for _, cell in ROWS for name in names(cell)})
WITH_PARAMETER = [name for name in NAMED if "[" in name]


def missing(name: str, root: Path = PROJECT) -> str:
    """The part of a test's name that does not exist; empty if all of it does."""
    path, _, test = name.partition("::")
    if not (root / path).is_file():
        return path
    tree = ast.parse((root / path).read_text("utf-8"))
    functions = {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}
    tests = {function for function in functions if function.startswith("test_")}
    wanted, _, _ = test.partition("[")
    return "" if (wanted in tests if test else tests) else name


@pytest.mark.parametrize("guarantee", ROWS, ids=lambda row: row[0].split("**")[1][:60])
def test_guarantee_names_its_tests_or_that_there_is_none(guarantee: tuple[str, str]) -> None:
    _, cell = guarantee
    assert names(cell) or NO_TEST in cell


@pytest.mark.parametrize("name", NAMED)
def test_named_test_exists(name: str) -> None:
    assert missing(name) == ""


def collected(names: list[str]) -> subprocess.CompletedProcess[str]:
    """The answer of pytest that is asked for tests by their names, without running them."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    return subprocess.run([*command, *names], cwd=PROJECT, capture_output=True, text=True)


def test_named_parameters_exist() -> None:
    assert WITH_PARAMETER
    answer = collected(WITH_PARAMETER)
    assert answer.returncode == 0, answer.stdout
    assert set(WITH_PARAMETER) <= set(answer.stdout.splitlines())


def test_renamed_file_test_or_parameter_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "tests" / "test_one.py"
    file.parent.mkdir()
    file.write_text("def test_kept():\n    pass\n\n\ndef helper():\n    pass\n")
    kept, renamed = "tests/test_one.py::test_kept", "tests/test_one.py::test_renamed"
    assert [missing(name, tmp_path) for name in (kept, "tests/test_one.py")] == ["", ""]
    assert missing(renamed, tmp_path) == renamed
    assert missing("tests/test_one.py::helper", tmp_path)
    assert missing("tests/test_two.py::test_kept", tmp_path) == "tests/test_two.py"
    other_parameter = WITH_PARAMETER[0].replace("[", "[no-such-")
    assert collected([other_parameter]).returncode != 0


def test_guarantees_of_other_sections_are_not_read() -> None:
    page = f"| **a** | b |\n{HEADING}\n| **c** | `tests/d.py` |\n\n## DAGs\n| **e** | f |\n"
    assert rows(page) == [("**c**", "`tests/d.py`")]
