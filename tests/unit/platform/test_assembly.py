"""Assembled servers are found by the content of what they are made from."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from lakehouse.platform.assembly import assemble, assembled, missing_assemblies, python_for, unpack
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.services import Service
from lakehouse.platform.settings import Settings


def service(folder: Path, content: str, file: str = "pom.xml") -> Service:
    folder.mkdir(parents=True)
    (folder / file).write_text(content)
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


def test_a_server_may_have_a_python_environment_of_its_own(tmp_path: Path) -> None:
    config = Settings(cache_dir=tmp_path / "cache")
    one = service(tmp_path / "x", "# nothing yet", "requirements.txt")
    assemble([one], config, print)
    python = assembled(one, config) / "bin/python"
    prefix = subprocess.check_output([python, "-c", "import sys; print(sys.prefix)"], text=True)
    assert Path(prefix.strip()) == assembled(one, config)
    assert missing_assemblies([one], config) == ()


def test_packages_without_hashes_are_refused(tmp_path: Path) -> None:
    config = Settings(cache_dir=tmp_path / "cache")
    one = service(tmp_path / "x", "six==1.16.0", "requirements.txt")
    with pytest.raises(PlatformError, match=r"uv could not assemble x:[^$]*hash"):
        assemble([one], config, print)
    assert missing_assemblies([one], config) == (one,)


def test_debian_packages_are_refused_where_there_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Settings(cache_dir=tmp_path / "cache")
    one = service(tmp_path / "x", "prometheus", "debian.txt")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PlatformError, match=r"x is unpacked from Debian packages.*leave it out"):
        assemble([one], config, print)
    assert missing_assemblies([one], config) == (one,)


def test_archive_is_unpacked_by_a_python_without_tar_filters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def extractall(archive: tarfile.TarFile, path: Path) -> None:
        for member in archive:
            archive.extract(member, path)

    # 3.11.0 to 3.11.3
    monkeypatch.setattr(tarfile.TarFile, "extractall", extractall)
    monkeypatch.delattr(tarfile, "tar_filter")
    (tmp_path / "program").write_text("binary")
    with tarfile.open(tmp_path / "server.txz", "w:xz") as archive:
        archive.add(tmp_path / "program", "bin/program")
    unpack(tmp_path)
    assert (tmp_path / "server/bin/program").read_text() == "binary"
    assert not (tmp_path / "server.txz").exists()


def test_environment_has_a_python_that_its_packages_go_with(tmp_path: Path) -> None:
    own = service(tmp_path / "a", "", "requirements.txt")
    older = service(tmp_path / "b", "", "requirements.txt").model_copy(update={"python": "<3.11"})
    current = older.model_copy(update={"python": ">=3.11"})
    assert python_for(own) == python_for(current) == sys.executable
    assert python_for(older) == "<3.11"


def test_missing_python_is_named_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")
    config = Settings(cache_dir=tmp_path / "cache")
    one = service(tmp_path / "x", "", "requirements.txt").model_copy(update={"python": ">=3.99"})
    with pytest.raises(PlatformError, match=r"x needs Python >=3.99: .*leave x out"):
        assemble([one], config, print)
