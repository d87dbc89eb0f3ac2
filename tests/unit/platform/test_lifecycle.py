"""What `reset` must never delete."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.lifecycle import require_own_folder
from lakehouse.platform.settings import PROJECT


@pytest.mark.parametrize("folder", [PROJECT, PROJECT.parent, Path.home(), Path("/")])
def test_reset_refuses_a_folder_that_holds_more_than_the_servers_data(folder: Path) -> None:
    with pytest.raises(PlatformError, match="LAKEHOUSE_STATE_DIR"):
        require_own_folder(folder)


def test_reset_accepts_a_folder_of_its_own(tmp_path: Path) -> None:
    require_own_folder(tmp_path / "state")
    require_own_folder(PROJECT / ".lakehouse")
