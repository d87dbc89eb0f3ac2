"""A clock that a test sets back, for chosen processes only: libfaketime of the Debian package."""

from __future__ import annotations

import subprocess
from pathlib import Path

# the variant for programs with threads
LIBRARY = "usr/lib/*/faketime/libfaketimeMT.so.1"


class FakeClock:
    """The clock of every process that is started with its environment.

    Monotonic clocks go on as they are, as they do when an administrator sets the clock back.
    """

    def __init__(self, folder: Path) -> None:
        self._offset = folder / "offset"
        self._library = _fetch_library(folder)
        self.set_back(seconds=0)

    @property
    def environment(self) -> dict[str, str]:
        """Variables that give a process this clock."""
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._offset),
            "FAKETIME_CACHE_DURATION": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }

    def set_back(self, seconds: int) -> None:
        """Set the clock back by this much from the real time, in running processes too."""
        partial = self._offset.with_suffix(".partial")
        partial.write_text(f"-{seconds}\n", "utf-8")
        partial.replace(self._offset)


def _fetch_library(folder: Path) -> Path:
    # as root it would become another user, who may not write here
    fetch = ["apt-get", "-o", "APT::Sandbox::User=root", "download", "libfaketime"]
    subprocess.run(fetch, cwd=folder, check=True, capture_output=True)
    (package,) = folder.glob("*.deb")
    subprocess.run(["dpkg-deb", "--extract", str(package), str(folder)], check=True)
    (library,) = folder.glob(LIBRARY)
    return library
