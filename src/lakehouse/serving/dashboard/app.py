"""The application: pages by their path, and the callbacks that bring them up to date."""

from __future__ import annotations

import functools
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from flask import Flask, Response, abort, request, send_from_directory

from lakehouse.serving.dashboard import docs_page, live_page, portal
from lakehouse.serving.dashboard.board import Board
from lakehouse.serving.dashboard.live_page import CARDS
from lakehouse.serving.dashboard.live_view import Choice, select

# sets of choices whose pages are kept; each new reading makes all of them old
_KEPT = 32
_THEMES = {"auto": "Auto", "light": "Light", "dark": "Dark"}


def build(board: Board) -> Dash:
    """The application, showing what the board holds."""
    app = Dash(
        __name__,
        title="Lakehouse",
        update_title="",
        suppress_callback_exceptions=True,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    app.layout = _frame()
    _serve_images(app.server)
    _add_navigation(app)
    _add_portal(app, board)
    _add_live(app, board)
    return app


def _frame() -> Any:
    return html.Div(
        [
            dcc.Location(id="place"),
            html.A("To the content", href="#content", className="skip"),
            html.Header(
                [
                    html.Nav(
                        [
                            html.A("Portal", href="/", id="to-portal"),
                            html.A("Live", href="/live", id="to-live"),
                        ],
                        **{"aria-label": "pages"},
                    ),
                    html.Fieldset(
                        [
                            html.Legend("Theme"),
                            dcc.RadioItems(
                                _THEMES, "auto", id="theme", persistence=True, className="choice"
                            ),
                        ]
                    ),
                ]
            ),
            html.Main(id="content", tabIndex="-1"),
            html.Div(id="themed", hidden=True),
        ]
    )


def _serve_images(server: Flask) -> None:
    @server.get("/docs/images/<name>")
    def image(name: str) -> Response:
        if not name.endswith(".png"):
            abort(404)
        return send_from_directory(docs_page.DOCS / "images", name)


def _add_navigation(app: Dash) -> None:
    @app.callback(Output("content", "children"), Input("place", "pathname"))
    def page(path: str) -> Any:
        if path in ("/", None):
            return portal.layout()
        return live_page.layout() if path == "/live" else docs_page.layout(path.lstrip("/"))

    app.clientside_callback(
        "function(theme) { document.documentElement.dataset.theme = theme; return theme; }",
        Output("themed", "children"),
        Input("theme", "value"),
    )


def _add_portal(app: Dash, board: Board) -> None:
    parts = ("notices", "as-of", "tiles", "servers", "live", "tables")

    @app.callback(
        [Output(f"portal-{part}", "children") for part in parts],
        Input("portal-tick", "n_intervals"),
    )
    def refresh(_: int | None) -> tuple[Any, ...]:
        board.look()
        return portal.shown(board, request.host.rsplit(":", 1)[0])


def _add_live(app: Dash, board: Board) -> None:
    @functools.lru_cache(_KEPT)
    def shown(version: int, choice: Choice) -> live_page.Shown:
        """The same for all viewers with the same choices until figures are read again."""
        return live_page.shown(board, choice)

    @app.callback(
        [
            Output("version", "data"),
            Output("notices", "children"),
            Output("tiles", "children"),
            Output("as-of", "children"),
            Output("streams", "children"),
            Output("latest", "children"),
            Output("state", "options"),
            *(Output(f"picture-{name}", "figure") for name in CARDS),
            *(Output(f"sentence-{name}", "children") for name in CARDS),
        ],
        Input("tick", "n_intervals"),
        Input("range", "value"),
        Input("statuses", "value"),
        Input("rank", "value"),
        Input("state", "value"),
        State("version", "data"),
    )
    def refresh(
        _: int | None,
        minutes: int | str,
        statuses: list[str],
        rank: str,
        state: str,
        seen: list[Any] | None,
    ) -> list[Any]:
        board.look()
        choice = Choice(int(minutes), select(statuses), state, rank == "amount")
        version = board.version
        mark = [version, repr(choice)]
        if mark == seen:
            return [no_update] * (7 + 2 * len(CARDS))
        now = shown(version, choice)
        return [
            mark,
            now.notices,
            now.tiles,
            now.as_of,
            now.streams,
            now.latest,
            now.states,
            *now.pictures,
            *now.sentences,
        ]
