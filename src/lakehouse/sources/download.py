"""Downloading the published data sets from Kaggle, which needs no account for most of them.

Each set is fetched without a login first, and with the login of this machine if Kaggle asks for
one. The data is fetched on request and never shipped; each set has a licence of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from lakehouse.contracts.data_sets import DataSet
from lakehouse.registry.catalog import DATA_SETS

_ASKS_FOR_LOGIN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_LOGIN_VARIABLES = ("KAGGLE_API_TOKEN", "KAGGLE_USERNAME", "KAGGLE_KEY")

Report = Callable[[DataSet], None]


class NoKaggleLoginError(RuntimeError):
    """Kaggle asks for a login, and this machine has none that it accepts."""

    def __init__(self, data_set: DataSet, cause: str) -> None:
        super().__init__(
            f"Kaggle asks for a login to fetch {data_set.slug}: {cause}.\n"
            "Get a token: sign in at Kaggle, open Settings, section API, choose Create New Token,\n"
            "then put the kaggle.json it gives you into ~/.kaggle/ (chmod 600), or set\n"
            "KAGGLE_USERNAME and KAGGLE_KEY to what stands in it.\n"
            f"The licence of this data: {data_set.licence} ({data_set.address}).\n"
            "Without a login, ./lakehouse generate makes data of the same shape."
        )


class DownloadError(RuntimeError):
    """A data set could not be fetched."""


def download(
    out: Path, only: str | None = None, report: Report = lambda _: None
) -> list[tuple[DataSet, Path]]:
    """Fetch and unpack the data sets, each into a folder of its own.

    Args:
        out: folder to write to, created if absent.
        only: name of one data set; all if None.
        report: called with each data set before it is fetched.

    Returns:
        the data sets, each with its folder.

    Raises:
        NoKaggleLoginError: Kaggle asks for a login, and there is none that it accepts.
        DownloadError: Kaggle cannot be reached, or the folder holds other files.
    """
    fetched = []
    for data_set in DATA_SETS:
        if only in (None, data_set.name):
            report(data_set)
            _fetch(data_set, out / data_set.name)
            fetched.append((data_set, out / data_set.name))
    return fetched


def has_login() -> bool:
    """True if a Kaggle login is set in the environment or in a file of Kaggle."""
    from kagglehub.config import get_kaggle_credentials

    try:
        return get_kaggle_credentials() is not None
    except ValueError:
        # a damaged file: Kaggle's library names it when it is used
        return True


def _fetch(data_set: DataSet, folder: Path) -> None:
    # at its import the library computes folders from HOME
    import kagglehub  # noqa: F401

    with _without_login():
        if _served(data_set, folder):
            return
    if not has_login():
        raise NoKaggleLoginError(data_set, "none was found")
    if not _served(data_set, folder):
        raise NoKaggleLoginError(data_set, "the one that was found is not accepted")


def _served(data_set: DataSet, folder: Path) -> bool:
    """Fetch a set; False if Kaggle asks for another login."""
    import kagglehub
    from kagglehub.exceptions import KaggleApiHTTPError

    try:
        kagglehub.dataset_download(data_set.slug, output_dir=str(folder))
    except KaggleApiHTTPError as error:
        if error.response is not None and error.response.status_code in _ASKS_FOR_LOGIN:
            return False
        raise _failed(data_set, error) from error
    except Exception as error:
        raise _failed(data_set, error) from error
    return True


def _failed(data_set: DataSet, error: Exception) -> DownloadError:
    return DownloadError(
        f"{data_set.slug} could not be fetched: {error}\n"
        f"You can download it in a browser from {data_set.address} and unpack it yourself; "
        "./lakehouse generate makes data of the same shape."
    )


@contextmanager
def _without_login() -> Iterator[None]:
    """An environment in which Kaggle's library finds no login."""
    before = dict(os.environ)
    for name in _LOGIN_VARIABLES:
        os.environ.pop(name, None)
    # a file in the place of the two folders that hold logins
    os.environ.update(HOME=os.devnull, KAGGLE_CONFIG_DIR=os.devnull)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
