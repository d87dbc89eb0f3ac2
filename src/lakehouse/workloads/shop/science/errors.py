"""What keeps a model from being trained."""

from __future__ import annotations

from lakehouse.platform.errors import PlatformError


class NothingToLearnError(PlatformError):
    """The star schema holds too little for a model; trying again would change nothing."""

    def __init__(self, lacking: str) -> None:
        super().__init__(
            f"{lacking}: bring more orders by ./lakehouse load --from FOLDER, then "
            "./lakehouse run --all"
        )
