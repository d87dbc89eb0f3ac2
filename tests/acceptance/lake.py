"""What the lake of the acceptance tests is built from."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from lakehouse.platform.settings import PROJECT

DAY = "2026-01-01"
# what the writers put into the logs
LINES = 60_000
MALFORMED_PERCENT, LATE_PERCENT = 1, 2


@dataclass(frozen=True)
class Built:
    """What the lake was built from, and what the run said of itself."""

    folder: Path
    day: str
    is_sample: bool
    loaded: dict[str, int]
    runs: list[dict[str, object]]


def sample_folder() -> Path | None:
    """The folder with the real sample: as set, or beside the project; None where there is none."""
    named = os.environ.get("LAKEHOUSE_SAMPLE_DATA")
    folder = Path(named) if named else PROJECT.parent / "shared" / "data"
    return folder if folder.is_dir() else None
