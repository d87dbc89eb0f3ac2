"""Assembled servers are found by the content of what they are made from."""

from __future__ import annotations

from pathlib import Path

from lakehouse.platform.assembly import assembled, missing_assemblies
from lakehouse.platform.services import Service
from lakehouse.platform.settings import Settings


def service(folder: Path, pom: str) -> Service:
    folder.mkdir(parents=True)
    (folder / "pom.xml").write_text(pom)
    return Service(folder=folder, description="", profiles=("batch",))


def test_the_same_content_in_two_clones_is_assembled_once(tmp_path: Path) -> None:
    config = Settings(cache_dir=tmp_path / "cache")
    one, other = service(tmp_path / "a/x", "<p/>"), service(tmp_path / "b/x", "<p/>")
    assert assembled(one, config) == assembled(other, config)


def test_changed_content_is_assembled_anew(tmp_path: Path) -> None:
    config = Settings(cache_dir=tmp_path / "cache")
    one, other = service(tmp_path / "a/x", "<p/>"), service(tmp_path / "b/x", "<q/>")
    assembled(one, config).mkdir(parents=True)
    assert missing_assemblies([one, other], config) == (other,)
