"""Commands and folders that are refused inside a container, with the reason."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import settings

_CHECKOUT = "needs the files of the checkout, which no image holds: run it without --runtime docker"
_DOCKER = "is done by Docker: run it outside of the container, with --runtime docker"

REFUSED: Mapping[str, str] = {
    "architectures": _CHECKOUT,
    "check": _CHECKOUT,
    "docs": _CHECKOUT,
    "lock": _CHECKOUT,
    "test": _CHECKOUT,
    "screenshots": "needs a browser, which no image holds: run it without --runtime docker",
    "setup": "installs servers for local processes; ./init.sh builds those in containers",
    "doctor": "checks the machine for local processes; ./init.sh checks Docker and its memory",
    "down": _DOCKER,
    "logs": _DOCKER,
    "reset": _DOCKER,
    "restart": _DOCKER,
    "status": _DOCKER,
}


class NotInContainersError(PlatformError):
    """A command or folder has no meaning inside a container."""


def refuse(words: Sequence[str]) -> None:
    """Refuse a command that cannot do in a container what its help says.

    Args:
        words: the command line, without the program.

    Raises:
        NotInContainersError: the command is one of these, and the servers run in containers.
    """
    command = next((word for word in words if not word.startswith("-")), "")
    if command in REFUSED and settings().runtime == "docker":
        raise NotInContainersError(f"{command} {REFUSED[command]}")


def require_kept(out: Path) -> None:
    """Refuse to write where the container's removal deletes it.

    Raises:
        NotInContainersError: the folder or file is on no volume.
    """
    config = settings()
    volume = config.state_dir / "generated"
    if config.runtime == "docker" and not out.absolute().is_relative_to(volume):
        raise NotInContainersError(
            f"{out} would be removed together with the container: name a path below {volume}, "
            f"the volume of files that commands write, such as --out {volume}/{out.name}"
        )


def require_own_logs() -> None:
    """Refuse to write web logs into a folder of the machine, which is mounted read only.

    Raises:
        NotInContainersError: `LAKEHOUSE_WEBLOGS_DIR` in `.env` names such a folder.
    """
    config = settings()
    folder = config.weblogs_dir
    if config.runtime != "docker" or folder is None or not folder.exists():
        return
    if not os.access(folder, os.W_OK):
        raise NotInContainersError(
            "LAKEHOUSE_WEBLOGS_DIR in .env names web logs of yours, which are mounted read only: "
            "take the line out to write logs of the built-in shop (demo --no-streams writes none)"
        )
