"""What may go wrong with the platform, each with a message a person can act on."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class PlatformError(RuntimeError):
    """The platform cannot do what was asked; the message says why and what to do."""


class UnavailableError(PlatformError):
    """A server does not answer, so further queries to it are skipped."""


class UnknownNameError(PlatformError):
    """A name that does not exist, with the nearest one that does."""

    def __init__(self, kind: str, name: str, valid: Iterable[str]) -> None:
        names = sorted(valid)
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(names)}"
        super().__init__(f"no {kind} is called {name!r}: {hint}")
