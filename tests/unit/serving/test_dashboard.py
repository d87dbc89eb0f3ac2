"""The pure parts of the live dashboard: what is kept, what is drawn, what is said."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.secrets import logins
from lakehouse.platform.services import load_services, processes_of
from lakehouse.platform.settings import Settings
from lakehouse.platform.trial import changed_settings
from lakehouse.serving import last_verify
from lakehouse.serving.dashboard import figures, health, live_view, words
from lakehouse.serving.dashboard.health import Health
from lakehouse.serving.dashboard.history import History
from lakehouse.serving.dashboard.live_reading import Latest
from lakehouse.serving.dashboard.live_view import Choice, LiveView
from lakehouse.serving.dashboard.products import ProductCategories
from lakehouse.serving.dashboard.source import Source
from lakehouse.serving.stream_watch import Latency, Look, View
from lakehouse.serving.thrift import Answer

NOON = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


class Server:
    """One that can be told to be silent, and a clock beside it."""

    def __init__(self) -> None:
        self.silent = False
        self.now = NOON

    def ask(self) -> int:
        if self.silent:
            raise PlatformError("refused\nand more")
        return self.now.minute

    def clock(self) -> dt.datetime:
        return self.now


def test_a_silent_source_keeps_its_last_answer_and_since_when() -> None:
    server = Server()
    source = Source("Cassandra", "./lakehouse up stream", server.ask, server.clock)
    source.refresh()
    assert words.silence(source) == ""
    server.silent = True
    for minute in (1, 2):
        server.now = NOON + minute * MINUTE
        source.refresh()
    reading = source.reading
    assert (reading.value, reading.taken_at) == (0, NOON)
    assert (reading.silent_since, reading.reason) == (NOON + MINUTE, "refused")
    assert words.silence(source) == (
        "Cassandra has not answered since 12:01:00 UTC. "
        "Its figures are those of 12:00:00 UTC; new ones come by themselves."
    )
    server.silent = False
    source.refresh()
    assert source.reading.value == 2
    assert words.silence(source) == ""


def test_a_source_that_never_answered_names_the_command() -> None:
    server = Server()
    server.silent = True
    source = Source("Cassandra", "./lakehouse up stream", server.ask, server.clock)
    source.refresh()
    assert "./lakehouse up stream starts it" in words.silence(source)


def rows(minute: dt.datetime, **events: int) -> list[tuple[Any, ...]]:
    """Figures as Cassandra answers them: naive moments, nothing where nothing was counted."""
    naive = minute.replace(tzinfo=None)
    return [(naive, name, count, None, Decimal(count), count) for name, count in events.items()]


def test_what_is_read_again_replaces_what_was_read() -> None:
    history = History()
    history.merge("status_mix", rows(NOON, **{"2xx": 5}))
    history.merge("status_mix", rows(NOON, **{"2xx": 7, "4xx": 1}))
    history.merge("status_mix", rows(NOON - MINUTE, **{"2xx": 2}))
    found = history.minutes("status_mix", NOON - MINUTE)
    assert [{n: f.events for n, f in d.items()} for d in found.values()] == [
        {"2xx": 2},
        {"2xx": 7, "4xx": 1},
    ]
    assert history.newest("status_mix") == NOON
    history.forget(NOON + dt.timedelta(hours=25))
    assert list(history.minutes("status_mix", NOON - MINUTE)) == [NOON]


def test_a_ranking_is_the_same_minute_by_minute_and_hour_by_hour() -> None:
    history, folded = History(), History()
    for back in range(0, 300, 7):
        moment = NOON - back * MINUTE
        read = [(moment.replace(tzinfo=None), f"/{back % 3}", back, Decimal(back))]
        for one in (history, folded):
            one.merge_ranking("top_pages", read)
        folded.fold("top_pages", NOON)
    day = NOON - dt.timedelta(hours=24)
    assert folded.ranking("top_pages", day) == history.ranking("top_pages", day)
    assert len(folded.minutes("top_pages", day)) < len(history.minutes("top_pages", day))


def view(choice: Choice = Choice(), *, now: dt.datetime = NOON) -> LiveView:  # noqa: B008
    history = History()
    history.merge("status_mix", rows(NOON - 2 * MINUTE, **{"2xx": 90, "5xx": 10}))
    history.merge("requests_by_minute", rows(NOON - 2 * MINUTE, all=100))
    history.merge("events_by_minute", rows(NOON - MINUTE, all=40))
    history.merge("revenue_by_state", rows(NOON - MINUTE, SP=30, RJ=10))
    steps = [4] * 4 + [3] * 2 + [2] * 14 + [1] * 20 + [0] * 10
    history.funnel.add(NOON - MINUTE, [(user, 1, step) for user, step in enumerate(steps)])
    return LiveView(history, now, choice)


def bars(card: live_view.Card) -> list[float]:
    return [value for trace in card.picture["data"] for value in trace["y"]]


@pytest.mark.parametrize("minutes", live_view.BARS)
def test_bars_hold_every_event_once(minutes: int) -> None:
    cards = view(Choice(minutes)).cards()
    assert sum(bars(cards["requests"])) == 100
    assert sum(bars(cards["events"])) == 40
    # zero where nothing was, and no bar beyond the time asked for
    assert len(bars(cards["events"])) == minutes // live_view.BARS[minutes] + 1


def test_choices_narrow_what_is_counted() -> None:
    errors = view(Choice(statuses=("5xx",)))
    assert sum(bars(errors.cards()["requests"])) == 10
    assert dict(errors.tiles())["Errors (4xx, 5xx)"] == "100.0 %"
    assert dict(view().tiles())["Errors (4xx, 5xx)"] == "10.0 %"
    assert sum(bars(view(Choice(state="RJ")).cards()["revenue"])) == 10
    assert live_view.select([]) == live_view.STATUS_CLASSES


def test_the_funnel_shows_sessions_that_reached_each_step() -> None:
    card = view().cards()["funnel"]
    assert card.picture["data"][0]["text"] == [
        "40  100.0 %",
        "20  50.0 %",
        "6  15.0 %",
        "4  10.0 %",
    ]
    assert card.sentence == "page view 40, product view 20, add to cart 6, purchase 4"
    assert dict(view().tiles())["Conversion rate"] == "8.0 %"
    assert view(now=NOON + dt.timedelta(hours=3)).cards()["funnel"].sentence.startswith("No sess")


def test_no_data_names_the_command_and_the_newest() -> None:
    empty = LiveView(History(), NOON, Choice())
    assert not empty.has_events()
    assert empty.empty() == f"No events yet. {words.WRITE_SOME} brings some."
    assert "in this time" in empty.cards()["requests"].sentence
    late = view(now=NOON + dt.timedelta(hours=3))
    assert not late.has_events()
    assert "11:59 UTC, 3 h ago" in late.empty()


def test_an_unfinished_bar_is_paler() -> None:
    points = {"all": [(NOON - MINUTE, 1.0), (NOON, 1.0)]}
    figure = figures.bars_over_time(points, {"all": figures.BLUE}, MINUTE, NOON + MINUTE / 2)
    whole, part = figure["data"][0]["marker"]["opacity"]
    assert part < whole == 1


def test_latencies_and_letters_are_drawn() -> None:
    look = Look([View("access_log", latencies={"raw → clean": Latency(0.4, 31, 100)})], [])
    card = live_view.latency_card(look)
    assert [trace["x"][0] for trace in card.picture["data"][1:]] == [1.0, 31]
    assert "31 ms" in card.sentence
    letters = Counter(
        {(NOON, "access_log", "bad_status"): 3, (NOON - MINUTE, "clickstream", "x"): 9}
    )
    assert live_view.letters_card(letters, NOON).sentence == "3 lines set aside"
    assert live_view.letters_card(None, NOON).picture["data"] == []


def test_charts_are_json_that_browsers_read() -> None:
    charts = [card.picture for card in view().cards().values()]
    assert charts
    # NaN and Infinity are not JSON: a browser would refuse the whole answer
    sent = json.loads(json.dumps(charts, allow_nan=False))
    assert [len(chart["data"]) for chart in sent] == [len(chart["data"]) for chart in charts]


def test_every_server_with_a_port_has_an_address() -> None:
    config = Settings(_env_file=None)
    for process in processes_of(load_services()):
        assert bool(process.ports) == bool(health.address(process, config)), process.name
    by_name = {process.name: process for process in processes_of(load_services())}
    assert health.url(by_name["nifi"], config) == "https://localhost:8443"
    assert health.url(by_name["kafka"], config) == ""


def test_pages_of_containers_are_where_docker_publishes_them() -> None:
    config = Settings(
        _env_file=None, runtime="docker", superset_host="superset", superset_published_port=8089
    )
    by_name = {process.name: process for process in processes_of(load_services())}
    assert health.url(by_name["superset"], config) == "http://localhost:8089"
    assert health.address(by_name["superset"], config) == "superset:8088"
    # told of, and not published
    assert health.url(by_name["datanode"], config) == ""


def test_commands_are_those_of_who_keeps_the_servers() -> None:
    assert words.command("verify") == "./lakehouse verify"
    with changed_settings({"runtime": "docker"}):
        assert words.command("verify") == "./lakehouse --runtime docker verify"


def test_a_login_is_told_where_the_server_asks_for_one_and_needs_no_secret() -> None:
    inside = {"airflow_host": "airflow-api-server", "airflow_published_port": 6061}
    config = Settings(_env_file=None, runtime="docker", **inside)
    by_name = {process.name: process for process in processes_of(load_services())}
    asking = {}
    for name in ("airflow-api-server", "postgres", "kafka", "prometheus"):
        place = (health.address(by_name[name], config), health.url(by_name[name], config))
        asking[name] = sum(health.asks(where, *place) for where in places(config))
    assert asking == {"airflow-api-server": 1, "postgres": 3, "kafka": 0, "prometheus": 0}


def places(config: Settings) -> list[str]:
    return [login.where for login in logins(config)]


@pytest.mark.parametrize(
    ("url", "browser", "expected"),
    [
        ("https://localhost:8443/nifi", "127.0.0.1", "https://localhost:8443/nifi"),
        ("http://127.0.0.1:6060", "shop.example", "http://shop.example:6060"),
        ("http://airflow:6060", "localhost", "http://localhost:6060"),
    ],
)
def test_links_lead_where_the_browser_can_go(url: str, browser: str, expected: str) -> None:
    assert health.for_browser(url, browser) == expected


def lost(name: str, *, is_lost: bool) -> Health:
    return Health(
        service=name,
        name=name,
        description="",
        profiles=(),
        state="starting",
        since=NOON,
        address="",
        memory_mb=None,
        alarm="",
        lost=is_lost,
        url="",
    )


def test_a_loss_is_told_once() -> None:
    servers = [
        lost("nifi", is_lost=True),
        lost("kafka", is_lost=True),
        lost("spark", is_lost=False),
    ]
    assert words.losses(servers, ["kafka"]) == [
        "nifi is starting, no longer ready, since 12:00:00 UTC."
    ]


def test_the_last_verify_is_remembered(tmp_path: Any) -> None:
    config = Settings(_env_file=None, state_dir=tmp_path)
    assert last_verify.last("batch", config) is None
    last_verify.keep("batch", 76, 2, config)
    found = last_verify.last("batch", config)
    assert found is not None
    assert (found.lines, found.broken) == (76, 2)
    assert dt.datetime.fromisoformat(found.ended_at).tzinfo is not None


def test_ages_are_told_in_the_unit_that_says_enough() -> None:
    told = [words.ago(NOON - dt.timedelta(seconds=s), NOON) for s in (1, 119, 120, 7_200, 172_800)]
    assert told == ["1 s ago", "119 s ago", "2 min ago", "2 h ago", "2 d ago"]


PRODUCT = "4d2a9c31f0e84b7d9a6c5b4e3f2a1d0c"


def ranked(*products: str) -> History:
    history = History()
    minute = (NOON - MINUTE).replace(tzinfo=None)
    history.merge_ranking("top_products", [(minute, name, 3, Decimal(1)) for name in products])
    return history


def test_products_are_ranked_by_category_and_short_id() -> None:
    known = {PRODUCT: "construction_tools_construction"}
    card = LiveView(ranked(PRODUCT), NOON, Choice(), known).cards()["products"]
    (shown,) = card.picture["data"][0]["customdata"]
    assert shown == "construction too… 4d2a9c31"
    # the id is not cut off on the axis
    assert card.picture["layout"]["yaxis"]["ticktext"] == [shown]
    assert words.product(PRODUCT, "toys") == "toys 4d2a9c31"
    assert words.product(PRODUCT, None) == "product 4d2a9c31"
    assert words.product("prod_8199", "toys") == "toys prod_8199"


def test_latest_events_name_products_by_category_and_short_id() -> None:
    columns = ["occurred_at", "event_type", "product_id", "product_category", "amount"]
    rows = [
        (NOON, "purchase", PRODUCT, "garden_tools", Decimal("1.50")),
        (NOON, "login", None, None, None),
    ]
    assert live_view.latest_table(Latest(columns, rows, NOON)) == (
        ["occurred at", "event type", "product", "amount"],
        [
            ["12:00:00.000", "purchase", "garden tools 4d2a9c31", Decimal("1.50")],
            ["12:00:00.000", "login", None, None],
        ],
    )


def test_categories_are_queried_once_and_only_for_plain_ids() -> None:
    server, asked = Server(), []

    def ask(statement: str) -> Answer:
        asked.append(statement)
        return Answer(["product_id", "category"], [(PRODUCT, "toys")])

    found = ProductCategories(ranked(PRODUCT, "unknown", "x' OR '1' = '1"), ask, server.clock)
    assert found.read() == {PRODUCT: "toys"}
    assert asked[0].endswith(f"IN ('{PRODUCT}', 'unknown')")
    assert found.read() == {PRODUCT: "toys"}
    assert len(asked) == 1
    # gold may have been built since
    server.now += 2 * MINUTE
    found.read()
    assert asked[1].endswith("IN ('unknown')")


def test_a_state_says_since_when_it_holds() -> None:
    assert words.since(NOON, NOON + 11 * MINUTE) == "since 12:00 UTC"
    assert words.since(NOON, NOON + dt.timedelta(days=1)) == "since 2026-01-31 12:00 UTC"


def test_a_server_that_ran_before_the_page_is_ready_since_its_start() -> None:
    reader = health.HealthReader(Settings(_env_file=None))
    assert reader._since("nifi", "ready", NOON, 660) == NOON - 11 * MINUTE
    assert reader._since("nifi", "ready", NOON + MINUTE, 720) == NOON - 11 * MINUTE
    assert reader._since("nifi", "starting", NOON + 2 * MINUTE, 5) == NOON + 2 * MINUTE
    assert reader._since("kafka", "ready", NOON, None) == NOON
