"""All dashboards."""

from __future__ import annotations

from lakehouse.serving.grafana import clickstream_board, log_board, platform_board
from lakehouse.serving.grafana.panels import Board

BOARDS: tuple[Board, ...] = (clickstream_board.BOARD, log_board.BOARD, platform_board.BOARD)
