"""Measures the live page: `benchmarks/live_page/run [--viewers N] [--seconds S] [--events N]`."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import requests

from benchmarks.measuring import machine, tell
from lakehouse.platform.settings import Settings
from lakehouse.platform.status import proportional_memory_mb
from lakehouse.platform.supervise import Supervisor
from lakehouse.platform.trial import trial_platform
from lakehouse.serving.dashboard.board import REFRESH_SECONDS
from lakehouse.workloads.weblogs.contracts.streams import ACCESS_LOG

_EVENT_EVERY = 7.3
_PATIENCE = 60.0
_CHOICES = {
    "tick": 0,
    "range": 60,
    "statuses": ["2xx", "3xx", "4xx", "5xx"],
    "rank": "events",
    "state": "all",
}


class Viewer:
    """Asks for the live page as a browser does."""

    def __init__(self, config: Settings) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._root = f"http://{config.dashboard_host}:{config.dashboard_port}"
        found = self._session.get(f"{self._root}/_dash-dependencies", timeout=20).json()
        callback = next(one for one in found if "picture-requests" in one["output"])
        names = [name.rsplit(".", 1) for name in callback["output"].strip(".").split("...")]
        self._body = {
            "output": callback["output"],
            "outputs": [{"id": id_, "property": property_} for id_, property_ in names],
            "inputs": [one | {"value": _CHOICES[one["id"]]} for one in callback["inputs"]],
            "state": [one | {"value": None} for one in callback["state"]],
            "changedPropIds": ["tick.n_intervals"],
        }

    def refresh(self) -> dict[str, Any]:
        """Every figure, as if none had been seen before: the dearest case."""
        answer = self._session.post(
            f"{self._root}/_dash-update-component", json=self._body, timeout=20
        )
        answer.raise_for_status()
        return dict(answer.json()["response"])


def processor_ms(config: Settings, viewers: int, seconds: float) -> tuple[float, int]:
    """CPU milliseconds of the server while so many look, and how often they refreshed."""
    process = psutil.Process(Supervisor(config).states()["dashboard"].pid)
    until = time.monotonic() + seconds
    counts = [0] * viewers

    def look(number: int) -> None:
        viewer = Viewer(config)
        time.sleep(REFRESH_SECONDS * number / viewers)
        while time.monotonic() < until:
            viewer.refresh()
            counts[number] += 1
            time.sleep(REFRESH_SECONDS)

    before = sum(process.cpu_times()[:2])
    threads = [threading.Thread(target=look, args=(number,)) for number in range(viewers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (sum(process.cpu_times()[:2]) - before) * 1000, sum(counts)


def delays(config: Settings, events: int) -> list[float]:
    """Seconds from a line in the access log until the page has counted it, line by line."""
    log = config.weblog_folder(ACCESS_LOG.name) / ACCESS_LOG.log_file
    log.parent.mkdir(parents=True, exist_ok=True)
    viewer, found = Viewer(config), []
    for number in range(events + 1):
        before, began = _requests(viewer), time.monotonic()
        with log.open("a", encoding="utf-8") as lines:
            lines.write(_line(number))
        while _requests(viewer) <= before:
            if time.monotonic() > began + _PATIENCE:
                sys.exit(f"line {number} was not on the page after {_PATIENCE:.0f} s")
            time.sleep(REFRESH_SECONDS)
        found.append(time.monotonic() - began)
        tell(f"line {number}: {found[-1]:.1f} s")
        time.sleep(max(0.0, _EVENT_EVERY - found[-1]))
    # the first warms the way
    return found[1:]


def _requests(viewer: Viewer) -> float:
    data = viewer.refresh()["picture-requests"]["figure"]["data"]
    return sum(sum(trace["y"]) for trace in data)


def _line(number: int) -> str:
    now = dt.datetime.now(dt.UTC)
    request = f'"GET /products/{number} HTTP/1.1" 200 512 "-" "Mozilla/5.0"'
    return f"192.0.2.{number % 250} - - [{now:%d/%b/%Y:%H:%M:%S +0000}] {request}\n"


def main() -> None:
    """Start the streams and the page, measure, delete them, report."""
    parser = argparse.ArgumentParser(prog="benchmarks/live_page/run", description=__doc__)
    parser.add_argument("--viewers", type=int, default=10, help="beyond the first")
    parser.add_argument("--seconds", type=float, default=30, help="of each count of viewers")
    parser.add_argument("--events", type=int, default=10, help="whose way to the page is timed")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="lakehouse-benchmark-") as folder,
        trial_platform(Path(folder), "stream", "dashboard") as config,
    ):
        waits = delays(config, asked.events)
        one, refreshes = processor_ms(config, 1, asked.seconds)
        many, more = processor_ms(config, 1 + asked.viewers, asked.seconds)
        memory = proportional_memory_mb(Supervisor(config).states()["dashboard"].pid)
    result = {
        "machine": machine(),
        "delay_seconds_median": round(statistics.median(waits), 2),
        "delay_seconds_most": round(max(waits), 2),
        "cpu_ms_a_refresh_one_viewer": round(one / refreshes, 1),
        "cpu_ms_a_refresh_further_viewer": round((many - one) / (more - refreshes), 1),
        "memory_mb": memory,
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
