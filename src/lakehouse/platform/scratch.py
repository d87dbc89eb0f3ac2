"""The one thing that servers keep outside of the state folder: HotSpot's counters in /tmp."""

from __future__ import annotations

import contextlib
import os
import pwd
from pathlib import Path

import psutil


def remove_stale_counters(root: Path = Path("/tmp")) -> None:
    """Remove the counters of JVMs that ended, and their folder once it is empty.

    A JVM that is killed leaves its file, and each leaves the folder; no option moves it. Another
    JVM of this user makes it again.
    """
    folder = root / f"hsperfdata_{pwd.getpwuid(os.geteuid()).pw_name}"
    # another user may have taken the name, another JVM may be starting
    with contextlib.suppress(OSError):
        for file in folder.iterdir():
            if file.name.isdigit() and not psutil.pid_exists(int(file.name)):
                file.unlink()
        folder.rmdir()
