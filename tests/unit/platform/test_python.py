"""Supported versions of Python are the same everywhere they are named."""

from __future__ import annotations

import re
import sys
import tomllib

import pytest

from lakehouse.platform import doctor
from lakehouse.platform.doctor import examine
from lakehouse.platform.settings import PROJECT, Settings

REQUIRED = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["requires-python"]
MATCH = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", REQUIRED)
assert MATCH
FIRST, BEYOND = int(MATCH[1]), int(MATCH[2])


def test_launcher_accepts_what_the_project_requires() -> None:
    launcher = (PROJECT / "lakehouse").read_text("utf-8")
    assert f"(3, {FIRST}) <= sys.version_info < (3, {BEYOND})" in launcher
    for minor in range(FIRST, BEYOND):
        assert f" python3.{minor} " in launcher


@pytest.mark.parametrize(
    ("version", "ok"),
    [((3, FIRST, 0), True), ((3, BEYOND - 1, 9), True), ((3, BEYOND, 0), False)],
)
def test_doctor_accepts_the_same(
    version: tuple[int, int, int], ok: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class System:
        version_info = version
        executable = sys.executable

    monkeypatch.setattr(doctor, "sys", System)
    found = next(one for one in examine(Settings()) if one.check == "Python")
    assert found.ok is ok
