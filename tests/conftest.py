"""What tests share: the repository's root, one small Spark, one platform of real servers."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from running import platform  # noqa: F401 - a fixture of all tests below

# files in the report of times, and the seconds below which a file is not worth a line
_SHOWN_FILES, _SLOW = 25, 5.0


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let two runs share the integration tests: with servers of the session, and without them."""
    parser.addoption(
        "--servers",
        choices=("all", "shared", "own"),
        default="all",
        help="integration tests that use the servers of the session, or the others only",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out integration tests that another run is asked for."""
    chosen = config.getoption("--servers")
    if chosen == "all":
        return
    left_out = [item for item in items if _is_of_integration(item) and _servers(item) != chosen]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def _is_of_integration(item: pytest.Item) -> bool:
    return item.path.parent.name == "integration"


def _servers(item: pytest.Item) -> str:
    """`shared` for a test that uses, directly or not, the platform of the session."""
    return "shared" if "platform" in getattr(item, "fixturenames", ()) else "own"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Report the seconds of each file that took longest, its fixtures included."""
    seconds: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.location[0]] += report.duration
    slow = [(file, sum_) for file, sum_ in seconds.most_common(_SHOWN_FILES) if sum_ >= _SLOW]
    if slow:
        terminalreporter.section("seconds by file")
    for file, sum_ in slow:
        terminalreporter.write_line(f"{sum_:8.1f}  {file}")


def pytest_configure() -> None:
    """Let an interruption of either kind stop the servers that tests started."""
    # set again, as shells let what they start in the background ignore interruptions
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


@pytest.fixture(scope="session")
def root() -> Path:
    """Root of the repository."""
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A Spark of this process alone, sized for a handful of rows."""
    folder = tmp_path_factory.mktemp("spark")
    # an address of the machine's own: a host name that resolves nowhere must not stop the tests
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    session = (
        SparkSession.builder.master("local[1]")
        .appName("unit tests")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .config("spark.sql.adaptive.enabled", "false")
        # compiling a query costs more than interpreting it for ten rows
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        # no column needs to know the line of Python that it comes from
        .config("spark.python.sql.dataFrameDebugging.enabled", "false")
        .config("spark.sql.dataFrameQueryContext.enabled", "false")
        .config("spark.driver.memory", "1g")
        .config(
            "spark.driver.extraJavaOptions",
            "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xms1g -Xmn600m -XX:MetaspaceSize=400m"
            # as the engine: the lineage of a model is long
            f" -Xss4m -Djava.io.tmpdir={folder}",
        )
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()
