"""Import by Sqoop: the table's rows as Avro, one file a table."""

from __future__ import annotations

import tempfile
from pathlib import Path

from lakehouse.contracts.model import Table
from lakehouse.platform import postgres
from lakehouse.platform.settings import settings
from lakehouse.platform.sqoop import run_sqoop


def copy(source: Table, folder: str) -> None:
    """Copy a source table to a new folder on HDFS.

    Raises:
        lakehouse.platform.sqoop.SqoopError: Sqoop failed; the message holds its reason.
    """
    scratch = settings().state_dir / "sqoop"
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch) as work:
        login = postgres.login(source.source_database, "reader")
        password = _password_file(Path(work), login.password)
        run_sqoop(_arguments(source, folder, login, password), Path(work))


def _password_file(work: Path, password: str) -> Path:
    # a file that only its owner reads: a password on the command line shows in the process list
    path = work / "password"
    path.touch(mode=0o600)
    path.write_text(password)
    return path


def _arguments(source: Table, folder: str, login: postgres.Login, password: Path) -> list[str]:
    return [
        "import",
        "--connect",
        login.jdbc,
        "--username",
        login.user,
        "--password-file",
        # Hadoop's Path takes a path as it is: %20 would be part of a name
        f"file://{password}",
        "--table",
        source.name,
        "--columns",
        ",".join(source.column_names),
        "--target-dir",
        settings().hdfs_url + folder,
        "--as-avrodatafile",
        "--num-mappers",
        "1",
    ]
