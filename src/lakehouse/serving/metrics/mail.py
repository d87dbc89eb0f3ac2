"""Mail about the alerts of Prometheus, where no Grafana sends it."""

from __future__ import annotations

import logging
import smtplib
import ssl
import time
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.prometheus import Prometheus
from lakehouse.platform.settings import Settings

_log = logging.getLogger("mail")
_PAUSE = 15.0
_TIMEOUT = 20.0

# what is wrong: an alert's name and labels, with its annotations
Firing = dict[tuple[tuple[str, str], ...], Mapping[str, str]]


class Mailer:
    """Writes when an alert starts to fire and when it ends; once each, in one mail a moment.

    What it wrote about is kept in memory: after a start, alerts that still fire are told again.
    """

    def __init__(self, config: Settings) -> None:
        self._config = config
        self._prometheus = Prometheus(config)
        self._told: Firing = {}

    def follow(self) -> None:
        """Look again and again, for as long as the process lives."""
        while True:
            try:
                self.look()
            except (PlatformError, OSError, smtplib.SMTPException) as error:
                # nothing is marked as told: the next look tries again
                _log.warning("no mail: %s", error)
            time.sleep(_PAUSE)

    def look(self) -> None:
        """Write about what has changed since the last mail.

        Raises:
            PrometheusError: Prometheus does not answer.
            OSError: the mail server does not answer.
            smtplib.SMTPException: the mail server refuses.
        """
        firing = _firing(self._prometheus.alerts())
        begun = [note for alert, note in firing.items() if alert not in self._told]
        ended = [note for alert, note in self._told.items() if alert not in firing]
        if begun or ended:
            self._send(message(begun, ended))
            self._told = firing

    def _send(self, mail: EmailMessage) -> None:
        config = self._config
        mail["From"], mail["To"] = config.alert_mail_from, config.alert_mail_to
        with smtplib.SMTP(config.smtp_host, config.smtp_port, timeout=_TIMEOUT) as server:
            if config.smtp_require_tls:
                server.starttls(context=ssl.create_default_context())
            if config.smtp_user:
                password = config.smtp_password
                server.login(config.smtp_user, password.get_secret_value() if password else "")
            server.send_message(mail)


def message(begun: list[Mapping[str, str]], ended: list[Mapping[str, str]]) -> EmailMessage:
    """The mail about alerts that began to fire, and that ended."""
    mail = EmailMessage()
    titles = sorted({note["title"] for note in begun or ended})
    mail["Subject"] = f"[lakehouse] {'' if begun else 'over: '}{', '.join(titles)}"
    lines = [f"{note['summary']}.\n  {note['todo']}." for note in begun]
    lines += [f"Over: {note['summary']}." for note in ended]
    mail.set_content("\n\n".join(lines) + "\n")
    return mail


def _firing(alerts: list[dict[str, Any]]) -> Firing:
    return {
        tuple(sorted(alert["labels"].items())): alert["annotations"]
        for alert in alerts
        if alert["state"] == "firing"
    }
