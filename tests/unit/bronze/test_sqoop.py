"""The arguments of an import by Sqoop."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakehouse.bronze import sqoop
from lakehouse.platform.postgres import Login
from lakehouse.workloads.shop.contracts import sources


@pytest.mark.parametrize("folder", ["/srv/lake", "/srv/my shop #1 100% é"])
def test_password_file_is_a_hadoop_path_without_escapes(folder: str) -> None:
    login = Login("127.0.0.1", 5432, "ecom", "reader", "secret")
    arguments = sqoop._arguments(sources.ORDER_REVIEWS, "/bronze", login, Path(folder, "password"))
    assert arguments[arguments.index("--password-file") + 1] == f"file://{folder}/password"
    assert "secret" not in arguments
