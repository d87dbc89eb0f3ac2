"""Superset on the lake: every chart of the three pages asked for, over Thrift, by viewers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from acceptance.superset_api import Viewer, address, log_in
from integration.killing import kill
from integration.launching import lakehouse
from lakehouse.platform import postgres
from lakehouse.platform.secrets import GENERATORS
from lakehouse.platform.settings import Settings
from lakehouse.platform.supervise import log_file
from lakehouse.serving.superset.charts import Chart
from lakehouse.serving.superset.declared import PAGES
from lakehouse.serving.thrift import query

CHARTS = [chart for page in PAGES for chart in page.charts]


@pytest.fixture(scope="module")
def superset(streamed: dict[str, dict], platform: Settings) -> Settings:
    """Settings of a running Superset, with something to show on all pages."""
    started = lakehouse("up", "superset")
    assert started.returncode == 0, started.stdout + started.stderr
    return platform


@pytest.fixture(scope="module")
def viewer(superset: Settings) -> Viewer:
    return Viewer(superset)


def test_the_three_pages_are_there_with_their_charts(viewer: Viewer) -> None:
    for page in PAGES:
        shown = viewer.get(f"dashboard/{page.slug}/charts")["result"]

        assert {chart["slice_name"] for chart in shown} == {chart.title for chart in page.charts}


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.title)
def test_every_chart_gets_rows(chart: Chart, viewer: Viewer) -> None:
    answer = viewer.ask(viewer.charts()[chart.title])

    assert answer.error is None
    assert answer.rows
    for measure in chart.measures:
        assert any(row[measure] is not None for row in answer.rows), f"{measure} is empty"


def test_revenue_is_that_of_gold(viewer: Viewer) -> None:
    answer = viewer.ask(viewer.charts()["Revenue, BRL"])
    ((expected,),) = query("SELECT sum(price) FROM gold.fact_order_item").rows

    assert answer.rows == [{"Revenue": pytest.approx(float(expected))}]


def test_states_add_up_to_all_revenue(viewer: Viewer) -> None:
    states = viewer.ask(viewer.charts()["Revenue by state, BRL"]).rows
    ((expected,),) = query("SELECT sum(price) FROM gold.fact_order_item").rows

    assert sum(row["Revenue"] for row in states) == pytest.approx(float(expected))
    # a state that is none of Brazil's has no code
    codes = {row["customer_state_iso_code"] for row in states} - {None}
    assert {code[:3] for code in codes} == {"BR-"}


def test_two_viewers_at_once_see_the_same(viewer: Viewer, superset: Settings) -> None:
    second = Viewer(superset)
    page = [viewer.charts()[chart.title] for chart in PAGES[0].charts]
    with ThreadPoolExecutor(max_workers=2) as both:
        seen = list(both.map(lambda one: [one.ask(c, anew=False) for c in page], (viewer, second)))

    assert seen[0] == seen[1]
    assert all(answer.error is None and answer.rows for answer in seen[0])


def test_a_wrong_password_is_refused(superset: Settings) -> None:
    assert log_in(superset, "wrong").status_code == 401


def test_nothing_is_shown_without_a_login(viewer: Viewer, superset: Settings) -> None:
    chart = viewer.charts()["Revenue, BRL"]
    answer = requests.get(f"{address(superset)}/api/v1/chart/{chart}/data/", timeout=30)

    assert answer.status_code == 401


def test_a_killed_superset_comes_back(superset: Settings, viewer: Viewer) -> None:
    kill(superset, "superset")

    assert viewer.ask(viewer.charts()["Revenue, BRL"]).rows


def test_no_secret_is_kept_where_it_does_not_belong(superset: Settings) -> None:
    log = log_file("superset", superset).read_text("utf-8", errors="replace")
    server = postgres.connect("superset", "superset", superset)
    with server, server.cursor() as cursor:
        cursor.execute("SELECT sqlalchemy_uri, password, extra FROM dbs")
        databases = repr(cursor.fetchall())
    server.close()

    assert databases
    for name in GENERATORS:
        assert superset.secret(name) not in log, name
        assert superset.secret(name) not in databases, name
