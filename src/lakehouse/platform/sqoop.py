"""Runs one Sqoop command."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from lakehouse.platform.environment import process_environment
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.java import has_jdk
from lakehouse.platform.services import SERVICES
from lakehouse.platform.settings import Settings, settings

NEEDS_JDK = (
    "Sqoop compiles classes with a JDK 17, and there is none: put INGEST_ENGINE=spark into .env, "
    "which imports without Sqoop, or install a JDK 17 and point JAVA_HOME at it"
)
_TELLING = ("ERROR", "Exception", "FATAL", "Caused by")


class SqoopError(PlatformError):
    """Sqoop failed; the message holds the lines of its log that say why."""


def run_sqoop(args: Sequence[str], work: Path, config: Settings | None = None) -> str:
    """Run Sqoop with these arguments and return its log.

    `work` is a folder of this call alone. Passwords belong into a protected file
    (`--password-file file:///...`), never into `args`.

    Raises:
        SqoopError: Sqoop ended with an error, or there is no JDK for it.
    """
    if not has_jdk():
        raise SqoopError(NEEDS_JDK)
    environment = process_environment(config or settings()) | {"SQOOP_WORK": str(work)}
    work.mkdir(parents=True, exist_ok=True)
    answer = subprocess.run(
        [str(SERVICES / "sqoop" / "run"), *args],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    (work / "sqoop.log").write_text(answer.stdout, encoding="utf-8")
    if answer.returncode:
        raise SqoopError(f"sqoop {args[0]} failed:\n{_reason(answer.stdout)}")
    return answer.stdout


def _reason(log: str) -> str:
    lines = log.strip().splitlines()
    telling = [line for line in lines if any(word in line for word in _TELLING)]
    return "\n".join((telling or lines)[-6:])
