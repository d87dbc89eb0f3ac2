"""The live dashboard as a browser meets it: figures of a real Cassandra, also while it is away."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from integration.launching import lakehouse
from integration.live_rows import events_of, hour_of_figures, minute_of_figures
from integration.pages import Browser
from lakehouse.platform import cassandra
from lakehouse.platform.assembly import assembled
from lakehouse.platform.services import load_services
from lakehouse.platform.settings import Settings
from lakehouse.platform.supervise import Supervisor
from lakehouse.platform.trial import trial_platform


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with trial_platform(tmp_path_factory.mktemp("page"), "cassandra") as config:
        yield config


@pytest.fixture(scope="module")
def now(store: Settings) -> dt.datetime:
    """End of the hour of figures; since the collection of tests minutes may have passed."""
    return dt.datetime.now(dt.UTC)


@pytest.fixture(scope="module")
def servers(store: Settings, now: dt.datetime) -> Settings:
    with cassandra.open_session(store) as session:
        hour_of_figures(session, now)
        events_of(session, now)
    # what is older than some minutes is read at the start, and then seldom
    started = lakehouse("up", "dashboard")
    assert started.returncode == 0, started.stdout + started.stderr
    return store


@pytest.fixture(scope="module")
def browser(servers: Settings) -> Browser:
    found = Browser(f"http://127.0.0.1:{servers.dashboard_port}")
    # the sessions of a whole day are the last that the first reading brings
    until(lambda: bool(found.live()["picture-funnel"]["figure"]["data"]), 40)
    return found


def until(true: Callable[[], bool], seconds: float) -> float:
    """Wait for something; how long it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() < began + seconds, "it did not happen in time"
        time.sleep(0.3)
    return time.monotonic() - began


def total(page: dict[str, Any], name: str) -> float:
    """Sum of the bars of a figure."""
    return sum(
        sum(trace["y"]) for trace in page[f"picture-{name}"]["figure"]["data"] if trace.get("y")
    )


def test_every_colour_of_dash_follows_the_theme(browser: Browser) -> None:
    """Controls of Dash bring colours of their own, which know no dark theme."""
    suite = f"{browser.root}/_dash-component-suites/dash/dcc/dash_core_components.js"
    named = r"(--Dash-(?:Fill|Stroke|Text)-[A-Za-z-]+):"
    colours = set(re.findall(named, requests.get(suite, timeout=20).text))
    ours = requests.get(f"{browser.root}/assets/dashboard.css", timeout=20).text
    assert len(colours) > 8
    assert colours - set(re.findall(named, ours)) == set()


def test_every_figure_of_cassandra_has_its_numbers(
    servers: Settings, browser: Browser, now: dt.datetime
) -> None:
    page = browser.live()
    with cassandra.open_session(servers) as session:
        rows = session.execute(
            "SELECT dimension, event_count, amount, window_start FROM log_data.metric_by_day "
            "WHERE metric = 'clickstream.events' AND day = %s", (now.date(),)
        ).all()  # fmt: skip
    # at midnight the hour has two partitions: then those of the day are fewer
    shown = dict(zip(*(page["picture-events"]["figure"]["data"][0][a] for a in "xy"), strict=True))
    for row in rows:
        assert shown[f"{row.window_start:%Y-%m-%dT%H:%M:%S}"] == row.event_count
    assert total(page, "revenue") >= float(sum(row.amount for row in rows)) > 0
    assert total(page, "requests") > 0
    for name in ("funnel", "products", "pages", "status"):
        assert page[f"picture-{name}"]["figure"]["data"], name
    (funnel,) = page["picture-funnel"]["figure"]["data"]
    assert funnel["customdata"][0] == "page view"
    assert funnel["x"] == sorted(funnel["x"], reverse=True)
    # 20 visitors in each of the sessions of the hour, which have two minutes each
    assert 29 * 20 <= funnel["x"][0] <= 31 * 20


def test_choices_change_the_figures(browser: Browser) -> None:
    everything, errors = browser.live(), browser.live(statuses=["5xx"])
    assert 0 < total(errors, "requests") < total(everything, "requests")
    assert 0 < total(browser.live(state="RJ"), "events") < total(everything, "events")
    quarter = browser.live(range=15)
    assert 0 < total(quarter, "requests") < total(everything, "requests")
    dearest = browser.live(rank="amount")["picture-products"]["figure"]["data"][0]["x"]
    assert dearest != everything["picture-products"]["figure"]["data"][0]["x"]


def test_visitors_stay_unknown(browser: Browser) -> None:
    latest = json.dumps(browser.live()["latest"])
    assert "page_view" in latest
    assert "192.0.2.7" not in latest
    assert "4711" not in latest


def test_plotly_knows_every_property(servers: Settings, browser: Browser) -> None:
    page = browser.live()
    pictures = [value["figure"] for value in page.values() if "figure" in value]
    assert len(pictures) == 9
    service = next(one for one in load_services() if one.name == "dashboard")
    program = (
        "import json, sys, plotly.graph_objects as g; "
        "[g.Figure(one) for one in json.load(sys.stdin)]"
    )
    subprocess.run(
        [assembled(service, servers) / "bin/python", "-c", program],
        input=json.dumps(pictures),
        text=True,
        check=True,
    )


def test_the_portal_tells_of_every_server_and_no_password(
    servers: Settings, browser: Browser
) -> None:
    until(lambda: "● ready" in json.dumps(browser.portal(), ensure_ascii=False), 20)
    page = json.dumps(browser.portal(), ensure_ascii=False)
    for service in load_services():
        for process in service.process:
            assert f'"{process.name}"' in page
    assert "./lakehouse credentials" in page
    assert "log_data.metric_by_day" in page
    assert re.search(r"since (\d{4}-\d\d-\d\d )?\d\d:\d\d UTC", page)
    assert "seen " not in page
    for name in ("airflow_admin_password", "nifi_password", "postgres_loader_password"):
        assert servers.secret(name) not in page


def test_documentation_is_served_and_nothing_beside_it(browser: Browser) -> None:
    callbacks = requests.get(f"{browser.root}/_dash-dependencies", timeout=20).json()
    callback = next(one for one in callbacks if one["output"] == "content.children")

    def page(path: str) -> str:
        body = {
            "output": "content.children",
            "outputs": {"id": "content", "property": "children"},
            "inputs": [callback["inputs"][0] | {"value": path}],
            "changedPropIds": ["place.pathname"],
        }
        return requests.post(f"{browser.root}/_dash-update-component", json=body, timeout=20).text

    assert "At least once" in page("/docs/architecture.md") or "least once" in page(
        "/docs/architecture.md"
    )
    for path in ("/.env", "/docs/../.env", "/pyproject.toml"):
        assert "No such page" in page(path)


def test_a_new_figure_is_shown_at_once(servers: Settings, browser: Browser) -> None:
    now = dt.datetime.now(dt.UTC)
    before = total(browser.live(), "requests")
    with cassandra.open_session(servers) as session:
        minute_of_figures(session, now.replace(second=0, microsecond=0), 5_000)
    assert until(lambda: total(browser.live(), "requests") > before + 3_000, 15) < 5


def test_a_killed_cassandra_is_told_of_and_forgotten(servers: Settings, browser: Browser) -> None:
    before = browser.live()
    assert "Cassandra" not in json.dumps(before["notices"])
    os.kill(Supervisor(servers).states()["cassandra"].pid, signal.SIGKILL)

    until(lambda: "Cassandra has not answered since" in json.dumps(browser.live()["notices"]), 15)
    during = browser.live()
    assert "Its figures are those of" in json.dumps(during["notices"])
    assert total(during, "requests") == pytest.approx(total(before, "requests"), rel=0.1)

    until(lambda: "Cassandra" not in json.dumps(browser.live()["notices"]), 90)
    assert total(browser.live(), "requests") > 0
