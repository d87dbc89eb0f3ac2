"""Downloading the published data sets from Kaggle, for people who have a login there.

The data's licence is CC BY-NC-SA 4.0: it is fetched on request and never shipped.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lakehouse.contracts import sources

LICENCE = "CC BY-NC-SA 4.0"


@dataclass(frozen=True)
class DataSet:
    """A published data set: what it is called for `--only`, and its name at Kaggle."""

    name: str
    slug: str


DATA_SETS = (
    DataSet(sources.ECOM, "olistbr/brazilian-ecommerce"),
    DataSet(sources.MARKETING, "olistbr/marketing-funnel-olist"),
    DataSet("clickstream", "ren294/ecommerce-clickstream-transactions"),
    DataSet("access_log", "ren294/access-log-ecommerce"),
)
Report = Callable[[DataSet], None]


class NoKaggleLoginError(RuntimeError):
    """There is no Kaggle login on this machine, or Kaggle does not accept it."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            f"Kaggle needs a login: {cause}.\n"
            "Get a token: sign in at Kaggle, open Settings, section API, choose Create New Token,\n"
            "then put the kaggle.json it gives you into ~/.kaggle/ (chmod 600), or set\n"
            "KAGGLE_USERNAME and KAGGLE_KEY to what stands in it.\n"
            f"The data's licence is {LICENCE}: no commercial use.\n"
            "Without a login, ./lakehouse generate makes data of the same shape."
        )


class DownloadError(RuntimeError):
    """A data set could not be fetched."""


def download(out: Path, only: str | None = None, report: Report = lambda _: None) -> list[Path]:
    """Fetch and unpack the data sets, each into a folder of its own.

    Args:
        out: folder to write to, created if absent.
        only: name of one data set; all if None.
        report: called with each data set before it is fetched.

    Returns:
        the folders.

    Raises:
        NoKaggleLoginError: there is no login.
        DownloadError: Kaggle cannot be reached or refuses.
    """
    api = _signed_in()
    folders = []
    for data_set in DATA_SETS:
        if only in (None, data_set.name):
            report(data_set)
            folders.append(_fetch(api, data_set, out / data_set.name))
    return folders


def has_login() -> bool:
    """Whether a Kaggle login is set in the environment or in Kaggle's own file."""
    if os.environ.get("KAGGLE_API_TOKEN"):
        return True
    if os.environ.get("KAGGLE_USERNAME") and os.environ.get("KAGGLE_KEY"):
        return True
    folder = Path(os.environ.get("KAGGLE_CONFIG_DIR", Path.home() / ".kaggle"))
    return any((folder / name).is_file() for name in ("kaggle.json", "access_token"))


def _signed_in() -> Any:
    if not has_login():
        raise NoKaggleLoginError("none was found")
    try:
        # importing the package signs in, and ends the process where that fails
        from kaggle import api
    except SystemExit as error:
        raise NoKaggleLoginError("the one that was found is not accepted") from error
    except Exception as error:
        raise NoKaggleLoginError(f"the one that was found cannot be used ({error})") from error
    return api


def _fetch(api: Any, data_set: DataSet, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        api.dataset_download_files(data_set.slug, path=str(folder), unzip=True, quiet=True)
    except (Exception, SystemExit) as error:
        raise DownloadError(f"{data_set.slug} could not be fetched: {error}") from error
    return folder
