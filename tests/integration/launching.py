"""Runs the launcher as a person would."""

from __future__ import annotations

import subprocess

from lakehouse.platform.settings import PROJECT


def lakehouse(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the launcher as a person would, in the environment of this session."""
    command = [str(PROJECT / "lakehouse"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=900)
