"""The first page: every server, every table, the last proofs, the documentation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from lakehouse.platform.secrets import logins
from lakehouse.platform.settings import Settings
from lakehouse.registry import catalog
from lakehouse.serving.dashboard import docs_page, freshness, words
from lakehouse.serving.dashboard.board import Board
from lakehouse.serving.dashboard.health import READY, Health, asks, for_browser
from lakehouse.serving.dashboard.live_reading import LATEST, METRICS, RANKINGS
from lakehouse.serving.dashboard.parts import notices, table
from lakehouse.serving.dashboard.source import utc_now
from lakehouse.serving.live import question_named

# what it shows is read every few seconds
_REFRESH_SECONDS = 2.0
# told by sign and word, not by colour alone
_SIGNS = {READY: "●", "starting": "◐", "failed": "✕", "stopped": "○", "unknown": "?"}


def layout() -> Any:
    """The page before its first figures."""
    return html.Div(
        [
            dcc.Interval(id="portal-tick", interval=int(_REFRESH_SECONDS * 1000)),
            html.Div(
                [html.H1("E-commerce lakehouse"), html.P(id="portal-as-of", className="quiet")],
                className="title",
            ),
            html.Div(id="portal-notices", role="status", **{"aria-live": "polite"}),
            html.Dl(id="portal-tiles", className="tiles"),
            html.Section(
                [html.H2("Servers"), html.Div(id="portal-servers")], className="card wide"
            ),
            html.Section(
                [html.H2("Live tables"), html.Div(id="portal-live")], className="card wide"
            ),
            html.Section(
                [html.H2("Tables of the lakehouse"), html.Div(id="portal-tables")],
                className="card wide",
            ),
            html.Section([html.H2("Documentation"), docs_page.links()], className="card wide"),
        ]
    )


def shown(board: Board, browser_host: str) -> tuple[Any, ...]:
    """What changes: notices, moment, tiles, servers, live tables, tables.

    Args:
        board: the sources.
        browser_host: the host name in the browser's address, for links to other servers.
    """
    now = utc_now()
    health = board.health.reading
    servers = health.value or []
    return (
        notices(board, (board.written, board.checks)),
        f"as of {words.clock(health.taken_at)}" if health.taken_at else "reading",
        _tiles(board, servers, now),
        _servers(servers, board.config, browser_host, now),
        _live_tables(board, now),
        _tables(board, now),
    )


def _tiles(board: Board, servers: Sequence[Health], now: dt.datetime) -> list[Any]:
    ready = sum(one.state == READY for one in servers)
    tiles = [("Servers ready", f"{ready} of {len(servers)}")]
    # of servers that run elsewhere nothing is known
    if memory := [one.memory_mb for one in servers if one.memory_mb is not None]:
        tiles.append(("Memory", f"{sum(memory) / 1024:.1f} GB"))
    for proof, found in board.verified().items():
        name = "Last verify" if proof == "batch" else f"Last verify, {proof}"
        if found is None:
            flag = "" if proof == "batch" else f" --{proof}"
            tiles.append((name, f"never: {words.command(f'verify{flag}')}"))
            continue
        outcome = (
            f"{found.broken} of {found.lines} differ"
            if found.broken
            else f"all {found.lines} balance"
        )
        tiles.append(
            (name, f"{outcome}, {words.ago(dt.datetime.fromisoformat(found.ended_at), now)}")
        )
    return [html.Div([html.Dt(what), html.Dd(much)]) for what, much in tiles]


def _servers(
    servers: Sequence[Health], config: Settings, browser_host: str, now: dt.datetime
) -> Any:
    if not servers:
        return html.P("reading", className="quiet")
    places = [login.where for login in logins(config)]
    rows = []
    for one in servers:
        login = next((where for where in places if asks(where, one.address, one.url)), "")
        url = login if login.startswith("http") else one.url
        rows.append(
            (
                html.Span([html.Strong(one.name), html.Br(), html.Small(one.description)]),
                _state(one, now),
                _link(one, url, browser_host),
                html.Code(words.command("credentials")) if login else "none",
                "" if one.memory_mb is None else words.count(one.memory_mb),
            )
        )
    return table(("server", "state", "address", "login", "memory, MB"), rows, numbers=(4,))


def _state(one: Health, now: dt.datetime) -> Any:
    told = [html.Span(f"{_SIGNS[one.state]} {one.state}", className=f"state-{one.state}")]
    if one.state == "stopped" and not one.lost:
        told += [html.Br(), html.Small(words.command(f"up {one.profiles[0]}"))]
    else:
        told += [html.Br(), html.Small(words.since(one.since, now))]
    if one.alarm:
        told += [html.Br(), html.Small(one.alarm, className="alarm")]
    return html.Span(told)


def _link(one: Health, url: str, browser_host: str) -> Any:
    if not url or one.state == "stopped":
        return one.address
    return html.A(one.address, href=for_browser(url, browser_host))


def _live_tables(board: Board, now: dt.datetime) -> Any:
    """Freshness of Cassandra's tables: the newest minute or event that was read of each."""
    newest: dict[str, list[dt.datetime | None]] = {}
    for name in (*METRICS, *RANKINGS):
        newest.setdefault(question_named(name).table, []).append(board.history.newest(name))
    latest = board.live.reading.value or {}
    for name in LATEST:
        newest[question_named(name).table] = [latest[name].newest if name in latest else None]
    newest[question_named("sessions").table] = [board.history.funnel.newest()]
    rows = []
    for one in catalog.LIVE_TABLES:
        known = [moment for moment in newest.get(one.name, []) if moment]
        rows.append((_named(one.full_name, one.description), *_when(max(known, default=None), now)))
    return table(("table", "newest", ""), rows)


def _tables(board: Board, now: dt.datetime) -> Any:
    written, checks = board.written.reading, board.checks.reading
    if written.taken_at and not written.value:
        return html.P(
            [
                "No tables yet. ",
                html.Code(words.command("demo")),
                " makes data and builds them; ",
                html.Code(words.command("run --all")),
                " builds them from what is loaded.",
            ]
        )
    rows = []
    for one in freshness.tables():
        found = (checks.value or {}).get(one.full_name)
        rows.append(
            (
                _named(one.full_name, one.description),
                *_when((written.value or {}).get(one.full_name), now),
                _outcome(found),
                words.ago(found.checked_at, now) if found else "",
            )
        )
    titles = ("table", "last written", "", "last checks", "")
    return table(titles, rows)


def _named(name: str, description: str) -> Any:
    return html.Span([html.Code(name), html.Br(), html.Small(description)])


def _when(moment: dt.datetime | None, now: dt.datetime) -> tuple[str, str]:
    if moment is None:
        return "never", ""
    return f"{moment:%Y-%m-%d %H:%M} UTC", words.ago(moment, now)


def _outcome(found: freshness.Checks | None) -> Any:
    if found is None:
        return ""
    if found.failed:
        return html.Span(f"✕ {found.failed} of {found.checks} failed", className="state-failed")
    noted = f", {found.noted} with notes" if found.noted else ""
    return f"● {found.checks} checked{noted}"
