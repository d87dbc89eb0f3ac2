"""A published data set that can be downloaded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DataSet:
    """A published data set.

    Attributes:
        name: its name for `--only`.
        slug: its name at Kaggle.
        licence: the licence that its page states.
    """

    name: str
    slug: str
    licence: str

    @property
    def address(self) -> str:
        """Its page."""
        return f"https://www.kaggle.com/datasets/{self.slug}"
