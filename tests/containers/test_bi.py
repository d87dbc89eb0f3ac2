"""What people open, beside the running servers: each is asked for a page with data in it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from acceptance.superset_api import Viewer
from containers.stack import Stack, until
from integration.pages import Browser
from lakehouse.platform.services import in_profile, load_services, processes_of
from lakehouse.platform.settings import PROJECT, Settings
from lakehouse.serving.superset.declared import PAGES

BI = ("--profile", "bi")
# what another profile starts as well goes on when these tests have ended
_OTHERS = [
    process
    for profile in ("batch", "monitoring")
    for process in processes_of(in_profile(load_services(), profile))
]
OWN_SERVERS = [
    process.name
    for process in processes_of(in_profile(load_services(), "bi"))
    if process not in _OTHERS
]
SECONDS = 60


@pytest.fixture(scope="module")
def bi(stack: Stack) -> Iterator[Stack]:
    """What people open, healthy; gone afterwards, so that the others have its memory."""
    stack.must(*BI, "build", seconds=3600)
    began = time.monotonic()
    stack.must(*BI, "up", "--detach", "--wait")
    print(f"\nwhat people open is healthy after {time.monotonic() - began:.0f} s")
    yield stack
    stack.must(*BI, "rm", "--stop", "--force", *OWN_SERVERS)


def has_grafana(stack: Stack) -> bool:
    return "grafana" in stack.must(*BI, "config", "--services").split()


def not_healthy(stack: Stack) -> list[str]:
    found = stack.containers()
    return [name for name in OWN_SERVERS if found[name]["Health"] != "healthy"]


def test_each_is_healthy(bi: Stack) -> None:
    assert not_healthy(bi) == []


def test_the_command_line_finds_each_ready(bi: Stack) -> None:
    told = bi.lakehouse("up", "bi")
    for name in OWN_SERVERS:
        assert f"{name} ready" in told


def test_superset_shows_its_dashboards_with_figures_of_gold(bi: Stack) -> None:
    password = {"superset_admin_password": bi.secret("superset_admin_password")}
    viewer = Viewer(Settings(_env_file=None, superset_port=bi.port("SUPERSET"), **password))
    titles = {one["dashboard_title"] for one in viewer.get("dashboard/")["result"]}
    assert titles == {page.name for page in PAGES}
    answer = viewer.ask(viewer.charts()["Revenue, BRL"])
    expected = bi.lakehouse("sql", "SELECT sum(price) FROM gold.fact_order_item", "--format", "csv")
    assert answer.error is None
    assert answer.rows == [{"Revenue": pytest.approx(float(expected.split()[-1]))}]


def test_jupyter_opens_with_its_token_and_with_nothing_else(bi: Stack) -> None:
    url = f"http://127.0.0.1:{bi.port('JUPYTER')}/api/status"
    for token, code in ((bi.secret("jupyter_token"), 200), ("wrong", 403)):
        login = {"Authorization": f"token {token}"}
        assert requests.get(url, headers=login, timeout=SECONDS).status_code == code


def test_its_address_is_told_with_the_token(bi: Stack) -> None:
    address = f"http://localhost:{bi.port('JUPYTER')}/lab?token={bi.secret('jupyter_token')}"
    assert bi.lakehouse("token").strip() == address
    assert requests.get(address, timeout=SECONDS).ok


def test_jupyter_holds_the_notebooks_and_keeps_those_of_people(bi: Stack) -> None:
    url = f"http://127.0.0.1:{bi.port('JUPYTER')}/api/contents"
    login = {"Authorization": f"token {bi.secret('jupyter_token')}"}
    found = requests.get(url, headers=login, timeout=SECONDS).json()["content"]
    ours = {file.name for file in (PROJECT / "notebooks").glob("*.ipynb")}
    assert {one["name"] for one in found} >= ours
    first = requests.get(f"{url}/{min(ours)}", headers=login, timeout=SECONDS).json()
    kept = {"type": "notebook", "content": first["content"]}
    answer = requests.put(f"{url}/mine.ipynb", headers=login, json=kept, timeout=SECONDS)
    assert answer.status_code == 201


def test_a_notebook_reaches_the_engine(bi: Stack) -> None:
    program = (
        "from lakehouse.platform.spark import connect; "
        "print('rows', connect('notebook').table('gold.fact_order').count())"
    )
    answer = bi.must("exec", "--no-TTY", "jupyter", "python", "-c", program)
    assert int(answer.split()[-1]) > 0


def test_the_portal_finds_every_server_that_runs(bi: Stack) -> None:
    browser = Browser(f"http://localhost:{bi.port('DASHBOARD')}")
    bi.lakehouse("verify")
    running = len(processes_of(load_services()))
    until(lambda: json.dumps(browser.portal(), ensure_ascii=False).count("● ready") == running)
    page = json.dumps(browser.portal(), ensure_ascii=False)
    # pages as people reach them, logins by name, tables with the moment they were written
    assert f"http://localhost:{bi.port('SUPERSET')}" in page
    assert "./lakehouse --runtime docker credentials" in page
    assert "gold.fact_order_item" in page
    assert "balance, " in page
    assert bi.secret("airflow_admin_password") not in page


def test_the_live_page_has_figures(bi: Stack) -> None:
    browser = Browser(f"http://127.0.0.1:{bi.port('DASHBOARD')}")
    bi.lakehouse("stream", "write", "--rate", "50", "--duration", "10")
    until(lambda: bool(browser.live()["picture-requests"]["figure"]["data"]))


def ask_prometheus(stack: Stack, path: str, **query: str) -> Any:
    url = f"http://127.0.0.1:{stack.port('PROMETHEUS')}/api/v1/{path}"
    answer = requests.get(url, params=query, timeout=SECONDS)
    answer.raise_for_status()
    return answer.json()["data"]


def test_prometheus_reads_every_target_and_each_server_counts_as_ready(bi: Stack) -> None:
    def up() -> dict[str, str]:
        found = ask_prometheus(bi, "targets")["activeTargets"]
        return {one["labels"]["job"]: one["health"] for one in found}

    wanted = dict.fromkeys(("metrics", "node", "prometheus"), "up")
    until(lambda: up() == wanted)

    def ready() -> set[str]:
        result = ask_prometheus(bi, "query", query="lakehouse_server_ready == 1")["result"]
        return {one["metric"]["server"] for one in result}

    until(lambda: ready() == {process.name for process in processes_of(load_services())})
    messages = ask_prometheus(bi, "query", query="sum(lakehouse_topic_messages_total)")["result"]
    assert float(messages[0]["value"][1]) > 0


def test_figures_are_published(bi: Stack) -> None:
    text = requests.get(f"http://127.0.0.1:{bi.port('METRICS')}/metrics", timeout=SECONDS).text
    assert 'lakehouse_source_up{source="airflow"} 1.0' in text


def test_grafana_has_its_dashboards(bi: Stack) -> None:
    if not has_grafana(bi):
        pytest.skip("the image of Grafana cannot be had here")
    login = ("admin", bi.secret("grafana_admin_password"))
    root = f"http://127.0.0.1:{bi.port('GRAFANA')}/api"
    found = requests.get(f"{root}/search?type=dash-db", auth=login, timeout=SECONDS).json()
    assert {one["title"] for one in found} == {"ClickStreamEcom", "LogEcom", "Platform"}
    sources = requests.get(f"{root}/datasources", auth=login, timeout=SECONDS).json()
    assert {one["uid"] for one in sources} == {"lakehouse-cassandra", "lakehouse-prometheus"}

    def answers(uid: str) -> bool:
        health = f"{root}/datasources/uid/{uid}/health"
        return requests.get(health, auth=login, timeout=SECONDS).ok

    # the plugin of Cassandra is fetched while Grafana runs already
    until(lambda: all(answers(one["uid"]) for one in sources))


def test_each_comes_back_after_a_kill(bi: Stack) -> None:
    bi.must(*BI, "kill", *OWN_SERVERS)
    bi.must(*BI, "up", "--detach", "--wait")
    assert not_healthy(bi) == []
    login = {"Authorization": f"token {bi.secret('jupyter_token')}"}
    kept = f"http://127.0.0.1:{bi.port('JUPYTER')}/api/contents/mine.ipynb"
    assert requests.get(kept, headers=login, timeout=SECONDS).ok
