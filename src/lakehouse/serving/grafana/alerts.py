"""Alert rules: declared once, written for Grafana and for Prometheus, which both watch them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import yaml

from lakehouse.serving.grafana.panels import PROMETHEUS, UIDS
from lakehouse.serving.metrics import declared

FOLDER = "Lakehouse"
_INTERVAL_SECONDS = 60
_WRITTEN = "# Written by ./lakehouse docs from src/lakehouse/serving/grafana/alerts.py.\n"


@dataclass(frozen=True)
class Alert:
    """A rule.

    Attributes:
        uid: its name in files and mails.
        title: what is wrong, in a few words.
        expression: PromQL of a figure, a value for each thing that may be wrong.
        is_above: whether it is wrong above the limit, or below it.
        limit: of the figure.
        minutes: how long it must be wrong before anybody is told.
        severity: how much it matters.
        summary: the sentence of a mail; `{{ $labels.name }}` is replaced.
        todo: what to do.
        without_data: what it means when there is no figure at all.
    """

    uid: str
    title: str
    expression: str
    is_above: bool
    limit: float
    minutes: int
    severity: Literal["warning", "critical"]
    summary: str
    todo: str
    without_data: Literal["OK", "Alerting"] = "OK"


ALERTS: tuple[Alert, ...] = (
    Alert(
        "error-rate",
        "Requests fail",
        f'100 * sum({declared.REQUESTS.name}{{status_class="5xx"}}) '
        f"/ sum({declared.REQUESTS.name})",
        True,
        5,
        2,
        "critical",
        "More than 5 % of the requests of the last five minutes ended with a 5xx status",
        "Look at the dashboard LogEcom: which pages, since when",
    ),
    Alert(
        "lag",
        "Streams fall behind",
        f"max by (stream, group) ({declared.CONSUMER_LAG.name})",
        True,
        50_000,
        5,
        "warning",
        "{{ $labels.group }} has more than 50,000 messages of {{ $labels.stream }} to take",
        "See docs/runbooks/streams-behind.md",
    ),
    Alert(
        "no-data",
        "A log writes nothing",
        f'sum by (stream) (increase({declared.TOPIC_MESSAGES.name}{{topic=~".*[.]raw"}}[10m]))',
        False,
        1,
        5,
        "warning",
        "No line of {{ $labels.stream }} has reached Kafka for ten minutes",
        "Look at ./lakehouse status and ./lakehouse watch; does the web server write?",
    ),
    Alert(
        "disk",
        "The disk fills",
        f"100 * {declared.DISK_FREE.name} / {declared.DISK_SIZE.name}",
        False,
        10,
        5,
        "critical",
        "Less than 10 % of the disk of the state folder is free",
        "See docs/runbooks/disk-full.md",
    ),
    Alert(
        "failed-dag",
        "A DAG failed",
        f'max by (dag_id) ({declared.RUN_STATE.name}{{state="failed"}})',
        True,
        0,
        0,
        "critical",
        "The latest run of {{ $labels.dag_id }} failed",
        "See docs/runbooks/run-failed.md",
    ),
    Alert(
        "quarantine",
        "Rows are in quarantine",
        f"max by (table) ({declared.QUARANTINED_ROWS.name})",
        True,
        0,
        0,
        "warning",
        "The latest build of {{ $labels.table }} rejected rows",
        "See docs/runbooks/rows-in-quarantine.md",
    ),
    Alert(
        "server-down",
        "A server is down",
        f"min by (server) ({declared.SERVER_READY.name})",
        False,
        1,
        3,
        "critical",
        "{{ $labels.server }} was started and does not do its work",
        "Look at ./lakehouse status and ./lakehouse logs {{ $labels.server }}",
    ),
    Alert(
        "no-figures",
        "Figures are missing",
        'min by (job) (up{job="metrics"})',
        False,
        1,
        2,
        "critical",
        "Prometheus cannot read the figures of the platform",
        "Look at ./lakehouse status and ./lakehouse logs metrics",
        without_data="Alerting",
    ),
)


def for_prometheus() -> str:
    """The rules file of Prometheus."""
    rules = [
        {
            "alert": alert.uid,
            "expr": f"{alert.expression} {'>' if alert.is_above else '<'} {alert.limit}",
            "for": f"{alert.minutes}m",
            "labels": {"severity": alert.severity},
            "annotations": {
                "title": alert.title,
                "summary": alert.summary,
                "todo": alert.todo,
            },
        }
        for alert in ALERTS
    ]
    return _yaml({"groups": [{"name": FOLDER.lower(), "rules": rules}]})


def for_grafana() -> str:
    """The rules as Grafana provisions them."""
    group = {
        "orgId": 1,
        "name": FOLDER.lower(),
        "folder": FOLDER,
        "interval": f"{_INTERVAL_SECONDS}s",
        "rules": [_grafana_rule(alert) for alert in ALERTS],
    }
    return _yaml({"apiVersion": 1, "groups": [group]})


def _grafana_rule(alert: Alert) -> dict[str, Any]:
    return {
        "uid": f"lakehouse-{alert.uid}",
        "title": alert.title,
        "condition": "limit",
        "for": f"{alert.minutes}m",
        "noDataState": alert.without_data,
        "execErrState": "Error",
        "labels": {"severity": alert.severity},
        "annotations": {"summary": alert.summary, "description": alert.todo},
        "data": [_figure(alert), _limit(alert)],
    }


def _figure(alert: Alert) -> dict[str, Any]:
    return {
        "refId": "figure",
        "datasourceUid": UIDS[PROMETHEUS],
        "relativeTimeRange": {"from": 600, "to": 0},
        "model": {"refId": "figure", "expr": alert.expression, "instant": True, "range": False},
    }


def _limit(alert: Alert) -> dict[str, Any]:
    evaluator = {"type": "gt" if alert.is_above else "lt", "params": [alert.limit]}
    return {
        "refId": "limit",
        "datasourceUid": "__expr__",
        "model": {
            "refId": "limit",
            "type": "threshold",
            "expression": "figure",
            "conditions": [{"type": "query", "evaluator": evaluator}],
        },
    }


def _yaml(content: dict[str, Any]) -> str:
    return _WRITTEN + str(yaml.safe_dump(content, sort_keys=False, width=100, allow_unicode=True))
