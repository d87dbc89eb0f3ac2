"""Sessions on the warm engine, and the way to hand a program to spark-submit instead."""

from __future__ import annotations

import dataclasses
import os
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lakehouse.platform.environment import process_environment
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.services import SERVICES
from lakehouse.platform.settings import Settings, settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# set by spark-submit for the program it starts
SUBMITTED = "LAKEHOUSE_SUBMITTED"


@dataclasses.dataclass(frozen=True)
class Retries:
    """How long a session bears with an engine that does not answer; times in milliseconds.

    A session ends with its engine: whoever holds it must learn so soon and start anew.
    """

    max_retries: int = 5
    initial_backoff: int = 100
    max_backoff: int = 2000


_RETRIES = Retries()


def connect(app: str, *, wait_seconds: float = 60, config: Settings | None = None) -> SparkSession:
    """A session: on the warm engine, or the program's own where spark-submit started it.

    Raises:
        PlatformError: the engine did not answer for `wait_seconds`.
    """
    config = config or settings()
    if os.environ.get(SUBMITTED):
        return _own_session(app)
    until = time.monotonic() + wait_seconds
    while True:
        try:
            return _remote_session(app, config)
        except Exception as error:
            # the client raises its own, gRPC's and plain value errors while the engine starts
            if time.monotonic() > until:
                address = f"{config.spark_host}:{config.spark_connect_port}"
                raise PlatformError(
                    f"the Spark engine at {address} does not answer: {error}; "
                    "see ./lakehouse status and ./lakehouse logs spark"
                ) from error
            time.sleep(1)


def _remote_session(app: str, config: Settings) -> SparkSession:
    from pyspark.sql import SparkSession
    from pyspark.sql.connect.client.retries import DefaultPolicy

    host, port = config.spark_host, config.spark_connect_port
    # the client itself would try for minutes
    socket.create_connection((host, port), timeout=_RETRIES.max_backoff / 1000).close()
    address = f"sc://{host}:{port}/;user_id=lakehouse"
    session = SparkSession.builder.remote(address).appName(app).create()
    session.client.set_retry_policies([DefaultPolicy(**dataclasses.asdict(_RETRIES))])
    session.sql("SELECT 1").collect()
    return session


def _own_session(app: str) -> SparkSession:
    from pyspark.sql import SparkSession

    return SparkSession.builder.appName(app).enableHiveSupport().getOrCreate()


def submit(program: Path, arguments: Sequence[str] = (), config: Settings | None = None) -> None:
    """Run a Python program by spark-submit with the platform's defaults, its output passed on.

    Raises:
        PlatformError: it ended with an error.
    """
    environment = process_environment(config or settings()) | {SUBMITTED: "1"}
    command = [str(SERVICES / "spark" / "submit"), str(program), *arguments]
    code = subprocess.run(command, env=environment).returncode
    if code:
        raise PlatformError(f"spark-submit of {program.name} ended with code {code}")
