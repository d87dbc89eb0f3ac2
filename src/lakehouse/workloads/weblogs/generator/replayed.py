"""What a replay leaves behind, ended or killed: one file and one manifest for the same data.

Replays whose lines begin alike have the same places. Two files of them would be one to whoever
knows files by their first line, so the longer one stays, and so does its manifest.
"""

from __future__ import annotations

from pathlib import Path

from lakehouse.platform.settings import Settings
from lakehouse.registry.catalog import STREAMS
from lakehouse.workloads.weblogs.generator import manifest as manifests
from lakehouse.workloads.weblogs.generator.logfile import free_name
from lakehouse.workloads.weblogs.generator.manifest import Manifest

KIND = "replay"
# while it runs, a replay is counted beside what it may replace
_NOW = "-now"


def running_name(identity: str) -> str:
    """Name of a run of this data that goes on."""
    return f"{KIND}-{identity}{_NOW}"


def settle(run: Manifest, config: Settings) -> Manifest:
    """Put away the log of a replay that has ended; the manifest that holds from now on."""
    folder = manifests.folder(config)
    name = run.run.removesuffix(_NOW)
    (stream,) = (one for one in STREAMS if one.name in run.streams)
    live = config.weblog_folder(stream.name) / stream.log_file
    if live.exists():
        _put_away(live, live.with_name(f"{live.name}.{name}"))
    manifests.delete(run, folder)
    run.run = name
    former = folder / f"{name}.json"
    if former.exists():
        before = manifests.load(former)
        if before.streams[stream.name].lines > run.streams[stream.name].lines:
            return before
    manifests.save(run, folder)
    return run


def _put_away(live: Path, kept: Path) -> None:
    lines, before = live.read_bytes(), kept.read_bytes() if kept.exists() else b""
    if not lines or before.startswith(lines):
        live.unlink()
    elif lines.startswith(before):
        live.replace(kept)
    else:
        live.rename(free_name(live))
