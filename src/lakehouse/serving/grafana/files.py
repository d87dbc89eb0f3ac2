"""The files that are written from what is declared here, by `./lakehouse docs`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from lakehouse.registry import catalog

DASHBOARDS = Path("grafana/dashboards")
GRAFANA_RULES = Path("grafana/provisioning/alerting/rules.yaml")
PROMETHEUS_RULES = Path("services/prometheus/conf/rules.yml")
TITLES = (*catalog.BOARDS, "Platform")


def files() -> Mapping[Path, Callable[[], str]]:
    """Each file with what writes it; the SDK is imported only when one is written."""
    return {
        **{DASHBOARDS / f"{title}.json": partial(_dashboard, title) for title in TITLES},
        GRAFANA_RULES: _grafana_rules,
        PROMETHEUS_RULES: _prometheus_rules,
    }


def _dashboard(title: str) -> str:
    from lakehouse.serving.grafana.boards import BOARDS
    from lakehouse.serving.grafana.rendering import render

    return render(next(board for board in BOARDS if board.title == title))


def _grafana_rules() -> str:
    from lakehouse.serving.grafana.alerts import for_grafana

    return for_grafana()


def _prometheus_rules() -> str:
    from lakehouse.serving.grafana.alerts import for_prometheus

    return for_prometheus()
