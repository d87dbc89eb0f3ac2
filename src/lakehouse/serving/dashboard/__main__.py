"""Serves the live dashboard with waitress."""

from __future__ import annotations

from waitress import serve

from lakehouse.platform.settings import settings
from lakehouse.serving.dashboard.app import build
from lakehouse.serving.dashboard.board import Board

_THREADS = 8


def main() -> None:
    """Ask the servers from now on, and answer browsers until stopped."""
    config = settings()
    board = Board(config)
    board.start()
    application = build(board).server
    serve(
        application, host=config.bind_host, port=config.dashboard_port, threads=_THREADS, ident=None
    )


if __name__ == "__main__":
    main()
