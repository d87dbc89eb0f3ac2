"""Paths with unusual characters: most work, the rest is refused with the setting to change."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.paths import require_usable_paths
from lakehouse.platform.services import SERVICES
from lakehouse.platform.settings import Settings


def test_blank_hash_and_accent_are_accepted() -> None:
    odd = Path("/home/a b/my shop #1 é")
    require_usable_paths(Settings(state_dir=odd, cache_dir=odd / "100%"))


def test_percent_sign_in_the_state_folder_is_refused() -> None:
    with pytest.raises(PlatformError, match=r"'%'.*LAKEHOUSE_STATE_DIR"):
        require_usable_paths(Settings(state_dir=Path("/data/100%")))


@pytest.mark.parametrize("character", [":", ",", '"', "'", "$", "*", "\n"])
@pytest.mark.parametrize("setting", ["state_dir", "cache_dir"])
def test_other_syntax_is_refused_with_its_setting(setting: str, character: str) -> None:
    config = Settings(**{setting: Path(f"/data/a{character}b")})  # type: ignore[arg-type]
    with pytest.raises(
        PlatformError, match=re.escape(repr(character)) + f".*LAKEHOUSE_{setting.upper()}"
    ):
        require_usable_paths(config)


def test_nifi_reads_its_paths_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = "/srv/my shop #1 100% café/python"
    names = re.findall(r"\$\{(\w+)\}", (SERVICES / "nifi/conf/nifi.properties").read_text())
    environment = dict.fromkeys(names, "x") | {
        "LAKEHOUSE_NIFI_DATA": str(tmp_path),
        "LAKEHOUSE_NIFI_PORT": "8443",
        "PYSPARK_PYTHON": odd,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    runpy.run_path(str(SERVICES / "nifi/configure"), run_name="__main__")
    written = (tmp_path / "conf/nifi.properties").read_bytes().decode("ascii")
    line = next(line for line in written.splitlines() if line.startswith("nifi.python.command="))
    assert line.encode().decode("unicode_escape") == f"nifi.python.command={odd}"


def test_no_server_is_given_a_folder_as_a_url() -> None:
    """In a URL, blanks, # and % would have to be escaped."""
    files = [file for pattern in ("*/run", "*/conf/*") for file in SERVICES.glob(pattern)]
    assert [f for f in files if f.is_file() and "file:" in f.read_text("utf-8")] == []
