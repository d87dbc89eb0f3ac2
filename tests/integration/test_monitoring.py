"""Prometheus alone: its rules by promtool, an alert from a figure to the mail about it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
import yaml
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from prometheus_client import CollectorRegistry, Gauge, start_http_server

from lakehouse.platform.assembly import assembled
from lakehouse.platform.prometheus import Prometheus, PrometheusError
from lakehouse.platform.services import load_services
from lakehouse.platform.settings import Settings
from lakehouse.platform.status import server_statuses
from lakehouse.platform.trial import free_ports, trial_platform
from lakehouse.serving.grafana.alerts import ALERTS
from lakehouse.serving.metrics import declared
from lakehouse.serving.metrics.mail import Mailer

RULE_TESTS = Path(__file__).with_name("alert_rules.yml")
WAIT_SECONDS = 60


class Mailbox:
    """Takes every mail that comes."""

    def __init__(self) -> None:
        self.mails: list[Message] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.original_content or b""))
        return "250 taken"


@pytest.fixture(scope="module")
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    port = free_ports(1)[0]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


@pytest.fixture(scope="module")
def servers(
    tmp_path_factory: pytest.TempPathFactory, mailbox: tuple[Mailbox, int]
) -> Iterator[Settings]:
    mail = {
        "smtp_port": str(mailbox[1]),
        "smtp_require_tls": "false",
        "alert_mail_to": "somebody@example.org",
    }
    folder = tmp_path_factory.mktemp("monitoring")
    with trial_platform(folder, "prometheus", settings_=mail) as config:
        yield config


def test_every_rule_is_tried_for_what_is_wrong_and_what_is_right() -> None:
    expected = {alert.uid: set[bool]() for alert in ALERTS}
    for group in yaml.safe_load(RULE_TESTS.read_text("utf-8"))["tests"]:
        for one in group["alert_rule_test"]:
            expected[one["alertname"]].add(bool(one["exp_alerts"]))
    assert expected == {alert.uid: {True, False} for alert in ALERTS}


def test_rules_fire_for_what_is_wrong_alone(servers: Settings) -> None:
    command = [find_promtool(servers), "test", "rules", str(RULE_TESTS)]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def find_promtool(config: Settings) -> str:
    """Path of promtool: of the installed package, or of a system that packages it separately."""
    service = next(one for one in load_services() if one.name == "prometheus")
    folder = assembled(service, config) / "usr/bin"
    found = shutil.which("promtool", path=os.pathsep.join((str(folder), os.environ["PATH"])))
    assert found, f"promtool is neither in {folder} nor on PATH: install the package that has it"
    return found


def test_it_runs_without_the_other_servers(servers: Settings) -> None:
    running = {s.name: s for s in server_statuses(servers) if s.state != "stopped"}
    assert {name: server.state for name, server in running.items()} == {
        "prometheus": "ready",
        "node-exporter": "ready",
    }
    assert sum(server.memory_mb or 0 for server in running.values()) < 200


def test_a_query_that_is_none_is_refused_with_the_reason(servers: Settings) -> None:
    with pytest.raises(PrometheusError, match="parse error"):
        Prometheus(servers).query("sum(", time.time())


def test_an_alert_becomes_a_mail_and_its_end_another(
    servers: Settings, mailbox: tuple[Mailbox, int]
) -> None:
    box, _ = mailbox
    registry = CollectorRegistry()
    state = Gauge(declared.RUN_STATE.name, "", declared.RUN_STATE.labels, registry=registry)
    state.labels("Some_DAG", "failed").set(1)
    # in the place of the exporter, whose figures nobody could make fail at will
    server, thread = start_http_server(servers.metrics_port, "127.0.0.1", registry)
    mailer = Mailer(servers)
    mails = []
    for value in (1, 0):
        state.labels("Some_DAG", "failed").set(value)
        mails.append(next_mail(box, mailer))
    server.shutdown()
    thread.join()

    began, ended = mails
    assert began["To"] == "somebody@example.org"
    assert began["Subject"] == "[lakehouse] A DAG failed"
    assert "The latest run of Some_DAG failed." in str(began.get_payload())
    assert "docs/runbooks/run-failed.md" in str(began.get_payload())
    assert ended["Subject"] == "[lakehouse] over: A DAG failed"
    assert len(box.mails) == 2


def next_mail(box: Mailbox, mailer: Mailer) -> Message:
    before = len(box.mails)
    until = time.monotonic() + WAIT_SECONDS
    while len(box.mails) == before:
        assert time.monotonic() < until, "no mail came"
        mailer.look()
        time.sleep(0.5)
    return box.mails[-1]
