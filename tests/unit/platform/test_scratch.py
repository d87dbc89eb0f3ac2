"""Counters that ended JVMs leave in /tmp."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from lakehouse.platform.scratch import remove_stale_counters

NO_PROCESS = str(2**22 + 1)


def test_folder_of_ended_jvms_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / f"hsperfdata_{pwd.getpwuid(os.geteuid()).pw_name}"
    folder.mkdir()
    (folder / NO_PROCESS).touch()
    remove_stale_counters(tmp_path)
    assert list(tmp_path.iterdir()) == []
    remove_stale_counters(tmp_path)


def test_counters_of_a_running_jvm_and_of_others_stay(tmp_path: Path) -> None:
    own = tmp_path / f"hsperfdata_{pwd.getpwuid(os.geteuid()).pw_name}"
    other = tmp_path / "hsperfdata_somebody"
    for folder, name in ((own, str(os.getpid())), (own, NO_PROCESS), (other, NO_PROCESS)):
        folder.mkdir(exist_ok=True)
        (folder / name).touch()
    remove_stale_counters(tmp_path)
    assert [file.name for file in own.iterdir()] == [str(os.getpid())]
    assert [file.name for file in other.iterdir()] == [NO_PROCESS]
