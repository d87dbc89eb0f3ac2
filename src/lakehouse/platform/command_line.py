"""Commands of the platform, as people type them where its servers run."""

from __future__ import annotations

import re

from lakehouse.platform.settings import InvalidSettingError, settings

_HERE = "./lakehouse"
_IN_CONTAINERS = "./lakehouse --runtime docker"


def launcher() -> str:
    """The words in front of each command."""
    try:
        return _IN_CONTAINERS if settings().runtime == "docker" else _HERE
    except InvalidSettingError:
        # the message about an invalid setting names commands, too
        return _HERE


def command(words: str) -> str:
    """A command with the launcher in front."""
    return f"{launcher()} {words}"


def for_runtime(message: str) -> str:
    """A message whose commands are those for the servers that run."""
    if launcher() == _HERE:
        return message
    return re.sub(r"\./lakehouse (?!--runtime)", f"{_IN_CONTAINERS} ", message)
