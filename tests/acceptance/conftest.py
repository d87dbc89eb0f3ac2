"""The way of the data through the whole house, each step once for all tests that look at it."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest

from acceptance.generated import Generated, brought_to_gold
from acceptance.lake import DAY, LATE_PERCENT, LINES, MALFORMED_PERCENT, Built, sample_folder
from integration.launching import lakehouse, lakehouse_json
from lakehouse.platform.prometheus import Prometheus
from lakehouse.platform.settings import Settings
from lakehouse.workloads.weblogs.pipelines import STREAMS_GOLD

# what Prometheus reads
JOBS = {"metrics", "node", "prometheus"}
# later tests build on what earlier ones left in the lake
ORDER = (
    "test_sample",
    "test_doors",
    "test_notebooks",
    "test_engines",
    "test_kills",
    "test_rerun",
    "test_generated",
    "test_streams",
    "test_superset",
    "test_reports",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of this folder in order, behind all others."""

    def place(item: pytest.Item) -> int:
        if item.path.parent != Path(__file__).parent:
            return -1
        return ORDER.index(item.path.stem) if item.path.stem in ORDER else len(ORDER)

    items.sort(key=place)


@pytest.fixture(scope="session")
def built(platform: Settings, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The whole way, once: the real sample where it is there, else generated orders."""
    folder = sample_folder()
    is_sample = folder is not None
    if folder is None:
        folder = tmp_path_factory.mktemp("stand-in")
        lakehouse_json("generate", "--orders", "1000", "--seed", "3", "--out", str(folder))
    loaded = lakehouse_json("load", "--yes", "--from", str(folder))
    runs = lakehouse_json("run", "--all", "--date", DAY)
    rows = {table["table"]: table["rows"] for table in loaded["tables"]}
    return Built(folder, DAY, is_sample, rows, runs)


@pytest.fixture(scope="session")
def sample(built: Built) -> Built:
    """The lake built from the real sample."""
    if not built.is_sample:
        pytest.skip(
            "the real sample is not here: put it into ../shared/data beside the project, or name "
            "its folder in LAKEHOUSE_SAMPLE_DATA"
        )
    return built


@pytest.fixture(scope="session")
def generated(
    built: Built, platform: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Generated:
    """Other orders, with bad rows, in a lake that held some: built once, while servers die."""
    return brought_to_gold(platform, tmp_path_factory.mktemp("bad"))


def wait_until_rates_are_known(platform: Settings, seconds: float = 90) -> None:
    """A rate needs two samples: wait until Prometheus has read each of its targets twice.

    Raises:
        TimeoutError: a target is still unread after that many seconds.
    """
    prometheus = Prometheus(platform)
    deadline = time.monotonic() + seconds
    while True:
        now = dt.datetime.now(dt.UTC).timestamp()
        known = prometheus.query("sum_over_time(up[1m]) >= 2", now)
        missing = JOBS - {one["metric"]["job"] for one in known}
        if not missing:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"Prometheus has not read {sorted(missing)} twice")
        time.sleep(1)


@pytest.fixture(scope="session")
def made(built: Built, platform: Settings) -> dict:
    """What the writers say, and when they ended, once all of it has come to gold."""
    for profile in ("monitoring", "stream"):
        started = lakehouse("up", profile)
        assert started.returncode == 0, started.stdout + started.stderr
    wait_until_rates_are_known(platform)
    made = lakehouse_json(
        *("stream", "write", "--rate", "2000", "--duration", str(LINES // 2000)),
        *("--malformed", str(MALFORMED_PERCENT), "--late", str(LATE_PERCENT)),
    )
    made["ended"] = dt.datetime.now(dt.UTC)
    # silver is waited for; that gold is still behind is no matter here
    lakehouse("verify", "--streams", "--wait", "180", "--json")
    lakehouse_json("run", STREAMS_GOLD.dag_id)
    return made


@pytest.fixture(scope="session")
def streamed(made: dict) -> dict[str, dict]:
    """What the writers put into the logs, by stream."""
    return made["streams"]
