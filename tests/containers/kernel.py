"""In which containers the kernel ends processes, as they take more memory than they may."""

from __future__ import annotations

import subprocess
from pathlib import Path


class Watch:
    """Reads the engine's events from now on: it forgets all but the last few hundred."""

    def __init__(self, project: str, notes: Path) -> None:
        self._notes = notes
        words = ["docker", "events", "--filter", "event=oom"]
        words += ["--filter", f"label=com.docker.compose.project={project}"]
        words += ["--format", '{{index .Actor.Attributes "com.docker.compose.service"}}']
        with notes.open("w", encoding="utf-8") as output:
            self._events = subprocess.Popen(words, stdout=output)

    def ended(self) -> list[str]:
        """The service of each process that was ended."""
        assert self._events.poll() is None, "the engine's events are no longer read"
        return self._notes.read_text(encoding="utf-8").split()

    def close(self) -> None:
        """Look no longer."""
        self._events.terminate()
        self._events.wait()
