"""What `verify` found last, kept in the state folder for pages that show it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from lakehouse.platform.settings import Settings

PROOFS = ("batch", "streams")


@dataclass(frozen=True)
class LastVerify:
    """The end of one proof.

    Attributes:
        ended_at: when, UTC, as ISO 8601.
        lines: balances drawn.
        broken: those that do not balance.
    """

    ended_at: str
    lines: int
    broken: int


def keep(proof: str, lines: int, broken: int, config: Settings) -> None:
    """Remember the outcome of a proof, one of `PROOFS`."""
    file = _file(proof, config)
    file.parent.mkdir(parents=True, exist_ok=True)
    ended = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    aside = file.with_suffix(".aside")
    aside.write_text(json.dumps(asdict(LastVerify(ended, lines, broken))), encoding="utf-8")
    aside.rename(file)


def last(proof: str, config: Settings) -> LastVerify | None:
    """The last outcome of a proof, nothing where it was never drawn."""
    try:
        return LastVerify(**json.loads(_file(proof, config).read_text("utf-8")))
    except FileNotFoundError:
        return None


def _file(proof: str, config: Settings) -> Path:
    return config.run_dir / f"verify-{proof}.json"
