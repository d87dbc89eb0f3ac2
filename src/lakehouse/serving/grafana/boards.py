"""All dashboards: those of workloads, then that of the platform."""

from __future__ import annotations

from lakehouse.contracts.functions import named
from lakehouse.registry import catalog
from lakehouse.serving.grafana import platform_board
from lakehouse.serving.grafana.panels import Board


def _board(reference: str) -> Board:
    board = named(reference)
    assert isinstance(board, Board), reference
    return board


BOARDS: tuple[Board, ...] = (*map(_board, catalog.BOARDS.values()), platform_board.BOARD)
