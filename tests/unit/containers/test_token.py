"""Which JupyterLab get-token.sh asks for: that of the container where one runs, else the local."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lakehouse.platform.settings import PROJECT

# stands in for Docker: a project with what $RUNNING names
DOCKER = """\
#!/usr/bin/env bash
[[ "$*" == "compose ps --services --status running" ]] || exit 9
printf '%s\\n' $RUNNING
"""
LAUNCHER = """\
#!/usr/bin/env bash
echo "$*"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The script, with stand-ins for Docker and for the command line."""
    (tmp_path / "bin").mkdir()
    shutil.copy(PROJECT / "get-token.sh", tmp_path)
    for name, text in (("bin/docker", DOCKER), ("lakehouse", LAUNCHER)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    ("running", "told", "asked"),
    [
        ("spark jupyter", (), "--runtime docker token"),
        ("spark", (), "token"),
        ("", (), "token"),
        ("spark", ("--runtime", "docker"), "--runtime docker token"),
        ("jupyter", ("--runtime", "processes"), "--runtime processes token"),
    ],
)
def test_it_asks_where_jupyter_runs(
    running: str, told: tuple[str, ...], asked: str, folder: Path
) -> None:
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    answer = subprocess.run(
        [folder / "get-token.sh", *told],
        capture_output=True,
        text=True,
        env={"PATH": path, "RUNNING": running},
    )
    assert (answer.stdout, answer.returncode) == (f"{asked}\n", 0)


def test_without_docker_it_is_the_local_server(folder: Path) -> None:
    (folder / "bin/docker").write_text("#!/usr/bin/env bash\nexit 127\n")
    assert subprocess.check_output([folder / "get-token.sh"], text=True) == "token\n"
