"""Choice between anonymous fetch and login, and the messages when neither works."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import kagglehub
import pytest
import requests
from kagglehub.exceptions import KaggleApiHTTPError

from lakehouse.registry.catalog import DATA_SETS
from lakehouse.sources.download import DownloadError, NoKaggleLoginError, download, has_login

Fetch = Callable[..., str]


def refused(status: int) -> KaggleApiHTTPError:
    response = requests.Response()
    response.status_code = status
    return KaggleApiHTTPError(f"{status} Client Error.", response=response)


class Kaggle:
    """Kaggle's library with a server that answers by these rules."""

    def __init__(self, *, needs_login: bool = False, accepts: bool = True) -> None:
        self.logins: list[bool] = []
        self._needs_login, self._accepts = needs_login, accepts

    def dataset_download(self, handle: str, *, output_dir: str) -> str:
        with_login = has_login()
        self.logins.append(with_login)
        if self._needs_login and not (with_login and self._accepts):
            raise refused(403)
        Path(output_dir).mkdir(parents=True)
        (Path(output_dir) / "file.csv").write_text(handle)
        return output_dir


@pytest.fixture(autouse=True)
def no_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KAGGLE_CONFIG_DIR", str(tmp_path))
    for name in ("KAGGLE_USERNAME", "KAGGLE_KEY", "KAGGLE_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAGGLE_USERNAME", "somebody")
    monkeypatch.setenv("KAGGLE_KEY", "secret")


def serve(kaggle: Kaggle, monkeypatch: pytest.MonkeyPatch) -> Kaggle:
    monkeypatch.setattr(kagglehub, "dataset_download", kaggle.dataset_download)
    return kaggle


def test_public_sets_are_fetched_without_a_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kaggle = serve(Kaggle(), monkeypatch)
    fetched = download(tmp_path / "out")
    assert kaggle.logins == [False] * len(DATA_SETS)
    assert [folder for _, folder in fetched] == [tmp_path / "out" / one.name for one in DATA_SETS]
    assert (tmp_path / "out/ecom/file.csv").read_text() == "olistbr/brazilian-ecommerce"


@pytest.mark.usefixtures("login")
def test_login_is_not_used_while_kaggle_does_not_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kaggle = serve(Kaggle(), monkeypatch)
    download(tmp_path / "out", "ecom")
    assert kaggle.logins == [False]
    assert (os.environ["KAGGLE_KEY"], os.environ["HOME"]) == ("secret", str(tmp_path))


@pytest.mark.usefixtures("login")
def test_login_is_used_when_kaggle_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kaggle = serve(Kaggle(needs_login=True), monkeypatch)
    download(tmp_path / "out", "clickstream")
    assert kaggle.logins == [False, True]


@pytest.mark.parametrize("file", ["kaggle.json", ".kaggle/access_token"])
def test_login_files_are_hidden_from_the_anonymous_fetch(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text('{"username": "somebody", "key": "secret"}')
    kaggle = serve(Kaggle(needs_login=True), monkeypatch)
    download(tmp_path / "out", "ecom")
    assert kaggle.logins == [False, True]


def test_missing_login_names_remedy_and_licence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(Kaggle(needs_login=True), monkeypatch)
    with pytest.raises(NoKaggleLoginError, match="none was found") as caught:
        download(tmp_path / "out", "clickstream")
    for word in ("kaggle.json", "KAGGLE_USERNAME", "Apache-2.0", "generate"):
        assert word in str(caught.value)


@pytest.mark.usefixtures("login")
def test_refused_login_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(Kaggle(needs_login=True, accepts=False), monkeypatch)
    with pytest.raises(NoKaggleLoginError, match="not accepted"):
        download(tmp_path / "out", "ecom")


def test_unreachable_kaggle_names_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(handle: str, *, output_dir: str) -> str:
        raise requests.ConnectionError("no route to host")

    monkeypatch.setattr(kagglehub, "dataset_download", unreachable)
    with pytest.raises(DownloadError, match="no route to host") as caught:
        download(tmp_path / "out", "ecom")
    assert "https://www.kaggle.com/datasets/olistbr/brazilian-ecommerce" in str(caught.value)


def test_each_set_names_its_own_licence() -> None:
    licences = {one.name: one.licence for one in DATA_SETS}
    assert (licences["ecom"], licences["clickstream"]) == ("CC BY-NC-SA 4.0", "Apache-2.0")
