"""Servers run where no JDK 17 is packaged; Sqoop alone needs one."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lakehouse.platform import assembly, java, lifecycle
from lakehouse.platform.assembly import assemble, java_home, java_runtime, spark_java_home
from lakehouse.platform.doctor import examine
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import PROJECT, Settings
from lakehouse.platform.sqoop import SqoopError, run_sqoop

FINDERS = (java.find_jdk, java.find_compiler)


@pytest.fixture
def jdks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Path]]:
    """Make JDKs, the only ones that are found."""
    homes: list[Path] = []

    def make(version: int) -> Path:
        home = tmp_path / f"jdk-{version}"
        (home / "bin").mkdir(parents=True)
        (home / "bin/javac").touch()
        (home / "release").write_text(f'JAVA_VERSION="{version}.0.1"\n')
        homes.append(home)
        return home

    monkeypatch.setattr(java, "_candidates", lambda names="": iter(homes))
    for find in FINDERS:
        find.cache_clear()
    yield make
    for find in FINDERS:
        find.cache_clear()


def test_newer_jdk_compiles_and_servers_run_on_the_published_runtime(
    tmp_path: Path, jdks: Callable[..., Path]
) -> None:
    newer = jdks(21)
    assert java.find_compiler() == newer
    assert not java.has_jdk()
    config = Settings(cache_dir=tmp_path / "cache")
    with pytest.raises(PlatformError, match=r"run \./lakehouse setup"):
        java_home(config)
    assemble([java_runtime()], config, print)
    program = str(java_home(config) / "bin/java")
    answer = subprocess.run([program, "-version"], capture_output=True, text=True)
    assert f'version "{java.VERSION}.' in answer.stderr
    refused = {
        name: answer.stderr
        for name, options in options_of_servers().items()
        if (
            answer := subprocess.run(
                [program, *options, "-version"], capture_output=True, text=True
            )
        )
        and answer.returncode
    }
    assert refused == {}
    # which lacks the module that Spark's launcher adds
    assert spark_java_home(config) == newer


def test_spark_runs_on_what_there_is(
    jdks: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(assembly, "java_home", lambda config: tmp_path)
    assert spark_java_home(Settings()) == tmp_path
    right = jdks(17)
    java.find_compiler.cache_clear()
    java.find_jdk.cache_clear()
    assert spark_java_home(Settings()) == right


def options_of_servers() -> dict[str, list[str]]:
    """Options of the JVM by file below services/, in their order, those with variables left out."""
    files = [*PROJECT.glob("services/*/run"), *PROJECT.glob("services/*/conf/*jvm*")]
    found = {
        str(file.relative_to(PROJECT)): [
            option
            for line in file.read_text("utf-8").splitlines()
            if not line.lstrip().startswith("#")
            for option in re.findall(r"-XX:[^\s\"'$]+", line)
        ]
        for file in files
    }
    assert any("-XX:+UseG1GC" in options for options in found.values())
    return found


def test_the_advice_names_a_package_that_the_release_has(
    jdks: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(java.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(java, "_is_packaged", lambda name: name == "default-jdk-headless")
    with pytest.raises(PlatformError, match="install -y default-jdk-headless"):
        java.find_compiler()
    monkeypatch.setattr(java.shutil, "which", lambda name: None)
    with pytest.raises(PlatformError, match="openjdk-17-jdk-headless"):
        java.find_compiler()


def test_jdk_of_the_servers_version_is_preferred(jdks: Callable[..., Path]) -> None:
    jdks(21)
    right = jdks(17)
    assert java.find_compiler() == java.find_jdk() == java_home(Settings()) == right


def test_sqoop_is_left_out_with_the_remedy(
    tmp_path: Path, jdks: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    jdks(21)
    with pytest.raises(SqoopError, match="put INGEST_ENGINE=spark"):
        run_sqoop(["version"], tmp_path / "work", Settings())
    for engine, ok in (("sqoop", False), ("spark", True)):
        config = Settings(INGEST_ENGINE=engine, state_dir=tmp_path)  # type: ignore[call-arg]
        found = next(one for one in examine(config) if one.check == "Java 17")
        assert found.ok is ok
        assert "Sqoop is left out" in found.found


def test_setup_without_a_jdk_refuses_sqoop_before_it_installs_anything(
    jdks: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    jdks(21)
    installed: list[str] = []
    monkeypatch.setattr(lifecycle, "ensure_secrets", tuple)
    monkeypatch.setattr(lifecycle, "ensure_tools", lambda say: None)
    monkeypatch.setattr(
        lifecycle, "assemble", lambda services, *_: installed.extend(one.name for one in services)
    )
    monkeypatch.setattr(lifecycle, "settings", lambda: Settings(_env_file=None))
    with pytest.raises(PlatformError, match="INGEST_ENGINE=spark"):
        lifecycle.set_up(print, ["batch"])
    assert installed == []
    monkeypatch.setenv("INGEST_ENGINE", "spark")
    lifecycle.set_up(print, ["batch"])
    assert installed[0] == "java"
    assert "spark" in installed
    assert "sqoop" not in installed
