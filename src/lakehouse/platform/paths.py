"""Folders that servers can work in."""

from __future__ import annotations

from pathlib import Path

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import PROJECT, Settings

# each is syntax somewhere: in class paths, lists of folders, patterns, quoted strings, variables
_REFUSED = frozenset(":,;=\"'\\$*?[]{}") | {chr(code) for code in (*range(32), 127)}


def unusable_paths(config: Settings) -> list[str]:
    """One sentence for each folder whose path holds a character that some server cannot take."""
    places: dict[str, tuple[Path, str]] = {
        "the checkout": (PROJECT, "move it"),
        "the state folder": (config.state_dir, "choose another with LAKEHOUSE_STATE_DIR"),
        "the cache folder": (config.cache_dir, "choose another with LAKEHOUSE_CACHE_DIR"),
    }
    found = []
    for name, (path, remedy) in places.items():
        refused = sorted(_REFUSED.intersection(str(path)))
        if refused:
            listed = " ".join(map(repr, refused))
            found.append(f"{name} {str(path)!r} has {listed} in its path: {remedy}")
    return found


def require_usable_paths(config: Settings) -> None:
    """Refuse such folders before anything is installed or started.

    Raises:
        PlatformError: names each folder, the characters and the remedy.
    """
    found = unusable_paths(config)
    if found:
        raise PlatformError("\n".join(found))
