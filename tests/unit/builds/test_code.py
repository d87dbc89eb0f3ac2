"""Identity of the code: every source file of the core and of workloads counts, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakehouse.builds import code
from lakehouse.builds.code import version_of

LIBRARIES = ["pyspark 4.2.0"]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "gold").mkdir()
    (tmp_path / "__init__.py").write_text("")
    (tmp_path / "gold" / "facts.py").write_text("a = 1\n")
    return tmp_path


def test_same_sources_have_the_same_version(package: Path) -> None:
    assert version_of([package], LIBRARIES) == version_of([package], LIBRARIES)


@pytest.mark.parametrize("name", ["gold/facts.py", "gold/new.py", "gold/states.csv"])
def test_changed_or_added_file_counts(package: Path, name: str) -> None:
    before = version_of([package], LIBRARIES)
    (package / name).write_text("a = 2\n")
    assert version_of([package], LIBRARIES) != before


def test_renamed_file_counts(package: Path) -> None:
    before = version_of([package], LIBRARIES)
    (package / "gold" / "facts.py").rename(package / "gold" / "others.py")
    assert version_of([package], LIBRARIES) != before


def test_compiled_files_do_not_count(package: Path) -> None:
    before = version_of([package], LIBRARIES)
    (package / "gold" / "__pycache__").mkdir()
    (package / "gold" / "__pycache__" / "facts.pyc").write_bytes(b"compiled")
    assert version_of([package], LIBRARIES) == before


def test_libraries_and_installed_workloads_count(package: Path) -> None:
    found = {
        version_of([package], LIBRARIES),
        version_of([package], ["pyspark 4.3.0"]),
        version_of([package, package / "gold"], LIBRARIES),
    }
    assert len(found) == 3


def test_version_of_this_code_is_computed_once() -> None:
    assert code.code_version() is code.code_version()
