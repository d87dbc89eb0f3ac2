"""What will soon stop a server that still answers: a full disk, a folder it may not write to."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from lakehouse.contracts.functions import named
from lakehouse.platform import nifi
from lakehouse.platform.services import Service
from lakehouse.platform.settings import Settings
from lakehouse.registry.catalog import ALARMS

LEAST_FREE_BYTES = 2 * 2**30
LEAST_FREE_SHARE = 0.05

# what servers that are ready report of themselves, by process; empty where all is well
_OWN: dict[str, Callable[[Settings], str]] = {"nifi": nifi.alarm}


def own_alarms(process: str, config: Settings) -> list[str]:
    """Alarms of a process that is ready: its own, then those that workloads declare."""
    found = [_OWN[process](config)] if process in _OWN else []
    found += [named(alarm)(config) for server, alarm in ALARMS if server == process]
    return found


def folder_alarm(service: Service, config: Settings) -> str:
    """What is wrong with a server's data folder; empty where nothing is."""
    folder = service.data(config)
    try:
        places = [folder, *sorted(inner for inner in folder.iterdir() if inner.is_dir())]
        found = [_space(folder), *(_writing(place) for place in places)]
    except FileNotFoundError:
        return ""
    except OSError as error:
        return f"{folder} cannot be read: {error.strerror}"
    return "; ".join(filter(None, found))


def _space(folder: Path) -> str:
    disk = shutil.disk_usage(folder)
    if disk.free >= LEAST_FREE_BYTES and disk.free >= LEAST_FREE_SHARE * disk.total:
        return ""
    share = 100 * disk.free / disk.total
    return f"disk nearly full: {disk.free / 2**30:.1f} GB ({share:.0f} %) free below {folder}"


def _writing(folder: Path) -> str:
    """Tried, not asked: root may write everywhere by its rights, and still not on this disk."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except FileNotFoundError:
        # the server has just removed it
        return ""
    except OSError as error:
        return f"{folder} cannot be written to: {error.strerror}"
