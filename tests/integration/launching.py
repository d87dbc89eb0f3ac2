"""Runs the launcher as a person would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from lakehouse.platform.settings import PROJECT, settings

# an image holds its environment, and no launcher that would make one
IN_CONTAINER = settings().runtime == "docker"
LAUNCHER = (sys.executable, "-m", "lakehouse") if IN_CONTAINER else (str(PROJECT / "lakehouse"),)


def lakehouse(*arguments: str, seconds: float = 900) -> subprocess.CompletedProcess[str]:
    """Run the launcher as a person would, in the environment of this session."""
    command = [*LAUNCHER, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=seconds)


def lakehouse_started(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start the launcher, its output kept for the end, with additional environment variables."""
    return subprocess.Popen(
        [*LAUNCHER, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environment or {})},
    )


def lakehouse_json(*arguments: str) -> Any:
    """What a command that must end well writes as JSON."""
    answer = lakehouse(*arguments, "--json")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return json.loads(answer.stdout)
