"""What was written into the logs, exactly: a JSON file a run, and their sum.

A manifest is kept up to date once a second and at each rotation, together with the place up to
which it counts. Should its writer be killed, the lines behind that place are counted from the log.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from lakehouse.contracts.counts import Counts
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import Settings, settings
from lakehouse.workloads.weblogs.contracts.streams import STREAMS

RUNNING, FINISHED, INTERRUPTED, KILLED = "running", "finished", "interrupted", "killed"


@dataclasses.dataclass
class Manifest:
    """What one run wrote.

    Attributes:
        run: name of the run, and of its file.
        kind: `write` or `replay`.
        state: running, finished, interrupted by a person, or killed.
        options: what the run was asked for.
        started_at: moment, ISO 8601.
        seconds: how long it wrote.
        streams: counts by stream.
    """

    run: str
    kind: str
    state: str
    options: dict[str, Any]
    started_at: str
    seconds: float = 0.0
    streams: dict[str, Counts] = dataclasses.field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For programs to read; money as text."""
        told = dataclasses.asdict(self)
        for counts in told["streams"].values():
            counts["revenue"] = str(counts["revenue"])
        return told


def folder(config: Settings | None = None) -> Path:
    """Where manifests are kept."""
    return (config or settings()).state_dir / "weblogs" / "manifests"


def save(manifest: Manifest, into: Path) -> Path:
    """Write it, aside first: a reader never sees half of it.

    Raises:
        PlatformError: no space, or no right to write.
    """
    path = into / f"{manifest.run}.json"
    aside = path.with_suffix(".aside")
    try:
        into.mkdir(parents=True, exist_ok=True)
        aside.write_text(json.dumps(manifest.as_json(), indent=2) + "\n", encoding="utf-8")
        os.replace(aside, path)
    except OSError as error:
        raise PlatformError(
            f"{path} cannot be written: {error.strerror}; free space or correct the rights of "
            "its folder, then start again: the next start counts the lines that were written"
        ) from error
    return path


def delete(manifest: Manifest, from_: Path) -> None:
    """Forget what a run wrote."""
    (from_ / f"{manifest.run}.json").unlink(missing_ok=True)


def load(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        PlatformError: it is missing or none.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        streams = {name: _counts(counts) for name, counts in told.pop("streams").items()}
        return Manifest(**told, streams=streams)
    except OSError as error:
        raise PlatformError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise PlatformError(
            f"{path} is no manifest of ./lakehouse stream write or replay ({error}): "
            "delete it or name another"
        ) from error


def load_all(from_: Path) -> list[Manifest]:
    """Every manifest of a folder, oldest first."""
    return sorted((load(p) for p in from_.glob("*.json")), key=lambda m: m.started_at)


def total(manifests: Iterable[Manifest]) -> dict[str, Counts]:
    """The sum of manifests, by stream."""
    sums = {stream.name: Counts() for stream in STREAMS}
    for manifest in manifests:
        for name, counts in manifest.streams.items():
            sums[name] = sums[name] + counts
    return sums


def written(manifest: Path | None, config: Settings) -> dict[str, Counts]:
    """Counts of what writers put into the logs, by stream; of all manifests if none is named."""
    if manifest is not None:
        return total([load(manifest)])
    found = load_all(folder(config))
    return total(found) if found else {}


def recover(in_: Path) -> Iterator[Manifest]:
    """Complete the manifests of killed writers from the logs, and save them.

    Only to be called by who holds the writers' lock: no writer is at work.
    """
    for manifest in load_all(in_):
        if manifest.state == RUNNING:
            for counts in manifest.streams.values():
                _count_behind(counts)
            manifest.state = KILLED
            save(manifest, in_)
            yield manifest


def _count_behind(counts: Counts) -> None:
    path = Path(counts.file)
    if not path.is_file() or path.stat().st_size <= counts.position:
        return
    with path.open("r+b") as stream:
        stream.seek(counts.position)
        lines = list(stream)
        # readers wait for the end of a line that was cut off
        if not lines[-1].endswith(b"\n"):
            stream.write(b"\n")
    counts.lines += len(lines)
    counts.recovered += len(lines)
    counts.bytes = counts.bytes - counts.position + path.stat().st_size
    counts.position = path.stat().st_size


def _counts(told: dict[str, Any]) -> Counts:
    return Counts(**{**told, "revenue": Decimal(told["revenue"])})
