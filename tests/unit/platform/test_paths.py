"""Paths with unusual characters: most work, the rest is refused with the setting to change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.paths import require_usable_paths
from lakehouse.platform.settings import Settings


def test_blank_hash_percent_and_accent_are_accepted() -> None:
    odd = Path("/home/a b/my shop #1 100% é")
    require_usable_paths(Settings(state_dir=odd, cache_dir=odd))


@pytest.mark.parametrize("character", [":", ",", '"', "'", "$", "*", "\n"])
@pytest.mark.parametrize("setting", ["state_dir", "cache_dir"])
def test_other_syntax_is_refused_with_its_setting(setting: str, character: str) -> None:
    config = Settings(**{setting: Path(f"/data/a{character}b")})  # type: ignore[arg-type]
    with pytest.raises(
        PlatformError, match=re.escape(repr(character)) + f".*LAKEHOUSE_{setting.upper()}"
    ):
        require_usable_paths(config)
