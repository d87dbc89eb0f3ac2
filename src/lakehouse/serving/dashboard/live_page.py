"""The live page: its layout once, and what changes every few seconds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from dash import dcc, html

from lakehouse.serving.dashboard import live_view, words
from lakehouse.serving.dashboard.board import REFRESH_SECONDS, Board
from lakehouse.serving.dashboard.live_reading import LATEST, Latest
from lakehouse.serving.dashboard.live_view import BARS, Choice, LiveView
from lakehouse.serving.dashboard.parts import notices, table
from lakehouse.serving.dashboard.source import Reading, utc_now
from lakehouse.serving.live import question_named
from lakehouse.serving.stream_watch import Look

CARDS = {
    "requests": "Requests",
    "status": "How requests end",
    "events": "Events of visitors",
    "revenue": "Revenue, BRL",
    "funnel": "Funnel: sessions that reached a step",
    "products": "Top products",
    "pages": "Top pages",
    "latency": "Latency of each hop",
    "letters": "Dead letters by reason",
}
_RANGES = {15: "15 min", 60: "1 h", 360: "6 h", 1440: "24 h"}
_HEIGHT = "230px"
_CONFIG = {"displayModeBar": False, "responsive": True}


@dataclass(frozen=True)
class Shown:
    """Everything of the page that changes."""

    notices: Any
    tiles: Any
    as_of: str
    pictures: list[Any]
    sentences: list[str]
    streams: Any
    latest: Any
    states: list[dict[str, str]]


def layout() -> Any:
    """The page before its first figures."""
    return html.Div(
        [
            dcc.Interval(id="tick", interval=int(REFRESH_SECONDS * 1000)),
            dcc.Store(id="version"),
            html.Div([html.H1("Live"), html.P(id="as-of", className="quiet")], className="title"),
            _controls(),
            html.Div(id="notices", role="status", **{"aria-live": "polite"}),
            html.Dl(id="tiles", className="tiles"),
            html.Div([_card(name, title) for name, title in CARDS.items()], className="cards"),
            html.Div(id="streams", className="card wide"),
            html.Div(id="latest", className="pair"),
        ]
    )


def _controls() -> Any:
    return html.Div(
        [
            _field(
                "Time",
                dcc.RadioItems(
                    [{"label": _RANGES[minutes], "value": minutes} for minutes in BARS],
                    Choice.minutes,
                    id="range",
                    persistence=True,
                    className="choice",
                ),
            ),
            _field(
                "Status",
                dcc.Checklist(
                    list(live_view.STATUS_CLASSES),
                    list(live_view.STATUS_CLASSES),
                    id="statuses",
                    persistence=True,
                    className="choice",
                ),
            ),
            _field(
                "Rank products by",
                dcc.RadioItems(
                    {"events": "events", "amount": "revenue"},
                    "events",
                    id="rank",
                    persistence=True,
                    className="choice",
                ),
            ),
            _field(
                "Customers of",
                dcc.Dropdown(
                    [{"label": "everywhere", "value": live_view.EVERYWHERE}],
                    live_view.EVERYWHERE,
                    id="state",
                    clearable=False,
                    className="state",
                ),
            ),
        ],
        className="controls",
    )


def _field(label: str, control: Any) -> Any:
    return html.Fieldset([html.Legend(label), control])


def _card(name: str, title: str) -> Any:
    return html.Section(
        [
            html.H2(title),
            html.P(id=f"sentence-{name}", className="quiet"),
            # the library draws as high as this says, whatever the style sheet would have
            dcc.Graph(id=f"picture-{name}", config=_CONFIG, style={"height": _HEIGHT}),
        ],
        className="card",
    )


def shown(board: Board, choice: Choice) -> Shown:
    """The page now, for a viewer's choices."""
    live = board.live.reading
    # figures of a silent server end when it was last heard
    now = live.taken_at or utc_now()
    view = LiveView(board.history, now, choice, board.products.reading.value)
    look, letters = board.streams.reading, board.letters.reading
    since = (letters.taken_at or now) - dt.timedelta(minutes=choice.minutes)
    cards = view.cards() | {
        "latency": live_view.latency_card(look.value),
        "letters": live_view.letters_card(letters.value, since),
    }
    return Shown(
        notices=_notices(board, view),
        tiles=[html.Div([html.Dt(what), html.Dd(much)]) for what, much in view.tiles()],
        as_of=_as_of(live),
        pictures=[cards[name].picture for name in CARDS],
        sentences=[cards[name].sentence for name in CARDS],
        streams=_streams(look),
        latest=[_latest(name, (live.value or {}).get(name)) for name in LATEST],
        states=[
            {"label": "everywhere", "value": live_view.EVERYWHERE},
            *(
                {"label": s, "value": s}
                for s in live_view.states(board.history, now - dt.timedelta(minutes=choice.minutes))
            ),
        ],
    )


def _notices(board: Board, view: LiveView) -> Any:
    found = notices(board, (board.live, board.letters))
    if board.live.reading.taken_at and not view.has_events():
        found.append(html.P(view.empty(), className="note"))
    return found


def _as_of(live: Reading[Any]) -> str:
    return f"as of {words.clock(live.taken_at)}" if live.taken_at else "reading"


def _streams(look: Reading[Look]) -> Any:
    """Rates and lags of each stream, as `lakehouse watch` shows them."""
    title = html.H2("Streams, hop by hop")
    if look.value is None or look.taken_at is None:
        return [title, html.P(f"No figures yet: {words.command('up stream')}", className="quiet")]
    rows = []
    for view in look.value.views:
        rows += [
            (view.stream, topic.split(".", 1)[1], f"{rate:,.0f} a second")
            for topic, rate in view.rates.items()
        ]
        rows += [(view.stream, reader, f"{lag:,} behind") for reader, lag in view.lags.items()]
    return [
        title,
        html.P(f"as of {words.clock(look.taken_at)}", className="quiet"),
        table(("stream", "topic or reader", "messages"), rows, numbers=(2,)),
    ]


def _latest(question: str, latest: Latest | None) -> Any:
    content: Any = html.P("Nothing in the last two minutes", className="quiet")
    if latest and latest.rows:
        content = table(*live_view.latest_table(latest))
    return html.Section([html.H2(question_named(question).title), content], className="card")
