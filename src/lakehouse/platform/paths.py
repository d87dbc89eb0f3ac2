"""Folders that servers can work in."""

from __future__ import annotations

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import PROJECT, Settings

# each is syntax somewhere: in class paths, lists of folders, patterns, quoted strings, variables
_REFUSED = frozenset(":,;=\"'\\$*?[]{}") | {chr(code) for code in (*range(32), 127)}
# the data node takes the path of its folder for a format string, and ends
_REFUSED_DATA = _REFUSED | {"%"}


def unusable_paths(config: Settings) -> list[str]:
    """One sentence for each folder whose path holds a character that some server cannot take."""
    another = "choose another with LAKEHOUSE_{}_DIR".format
    places = (
        ("the checkout", PROJECT, _REFUSED, "move it"),
        ("the state folder", config.state_dir, _REFUSED_DATA, another("STATE")),
        ("the cache folder", config.cache_dir, _REFUSED, another("CACHE")),
    )
    found = []
    for name, path, characters, remedy in places:
        refused = sorted(characters.intersection(str(path)))
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
