"""What a person without a login is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakehouse.sources.download import NoKaggleLoginError, download


def test_without_login_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAGGLE_CONFIG_DIR", str(tmp_path))
    for name in ("KAGGLE_USERNAME", "KAGGLE_KEY", "KAGGLE_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(NoKaggleLoginError, match="generate") as caught:
        download(tmp_path / "out")
    for word in ("kaggle.json", "KAGGLE_USERNAME", "CC BY-NC-SA 4.0"):
        assert word in str(caught.value)
    assert not (tmp_path / "out").exists()
