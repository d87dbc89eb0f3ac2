"""NiFi: whether it answers, what it complains of, and a login for everything else."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import Settings

TIMEOUT = 10.0
FULL_PERCENT = 100
LONGEST_ALARM = 400
# TailLines reports an unreadable log file with these words, again every 10 s
UNREADABLE_FILE = "cannot be read: "
_REPORTED_AGAIN = dt.timedelta(seconds=30)
_JSON = "application/json"
# with which each message of a processor begins
_COMPONENT = re.compile(r"^\w+\[id=[-0-9a-f]+\] ")


class NifiError(PlatformError):
    """NiFi does not answer, or refuses."""


def address(config: Settings) -> str:
    """Where its interface for programs is."""
    return f"https://{config.nifi_host}:{config.nifi_port}/nifi-api"


def certificate(config: Settings) -> Path:
    """The certificate that its `run` made for itself, by which clients know it."""
    return config.state_dir / "nifi" / "conf" / f"{config.nifi_host}.pem"


class NifiSession:
    """A login that lasts for some calls; every method raises NifiError where NiFi refuses."""

    def __init__(self, config: Settings) -> None:
        from nipyapi.config import nifi_config
        from nipyapi.nifi import AccessApi, ApiClient

        self._config = config
        # the library makes its connections with what stands here at that moment
        nifi_config.verify_ssl = True
        nifi_config.ssl_ca_cert = str(certificate(config))
        self._client = ApiClient(host=address(config))
        with _refusals(config, "the login"):
            token = AccessApi(self._client).create_access_token(
                username=config.nifi_user, password=config.secret("nifi_password")
            )
        self._client.set_default_header("Authorization", f"Bearer {token}")

    def get(self, path: str, **asked: Any) -> Any:
        """What NiFi tells at a path below `/nifi-api`."""
        return self._send("GET", path, asked=asked)

    def put(self, path: str, body: dict[str, Any]) -> Any:
        """Change what is at a path."""
        return self._send("PUT", path, body=body)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Make something at a path."""
        return self._send("POST", path, body=body)

    def delete(self, path: str, **asked: Any) -> Any:
        """Delete what is at a path."""
        return self._send("DELETE", path, asked=asked)

    def _send(
        self, method: str, path: str, asked: dict[str, Any] | None = None, body: Any = None
    ) -> Any:
        with _refusals(self._config, f"{method} {path}"):
            return self._client.call_api(
                path,
                method,
                query_params=list((asked or {}).items()),
                header_params={"Accept": _JSON, "Content-Type": _JSON},
                body=body,
                response_type="object",
                _return_http_data_only=True,
                _request_timeout=TIMEOUT,
            )


@contextmanager
def _refusals(config: Settings, what: str) -> Iterator[None]:
    """What the library raises, in words that say what to do."""
    from nipyapi.nifi.rest import ApiException
    from urllib3.exceptions import HTTPError

    try:
        yield
    except ApiException as error:
        told = str(error.body or error.reason).strip()[:500]
        raise NifiError(f"NiFi refuses {what}: {told}") from error
    except (HTTPError, OSError) as error:
        raise NifiError(
            f"NiFi does not answer at {address(config)} ({type(error).__name__}): "
            "see ./lakehouse status, ./lakehouse logs nifi"
        ) from error


def answers(config: Settings) -> bool:
    """Whether it lets its user in and has loaded its flow."""
    try:
        return "controllerStatus" in NifiSession(config).get("/flow/status")
    except NifiError:
        return False


def alarm(config: Settings) -> str:
    """The newest complaint of a processor, and queues that are full; empty where all is well."""
    try:
        session = NifiSession(config)
        return "; ".join([*_full_queues(session), *_newest_error(session)])
    except NifiError as error:
        return str(error)


def _full_queues(session: NifiSession) -> list[str]:
    status = session.get("/flow/process-groups/root/status", recursive=True)
    full: list[str] = []
    waiting = [status["processGroupStatus"]["aggregateSnapshot"]]
    while waiting:
        group = waiting.pop()
        waiting += [
            one["processGroupStatusSnapshot"] for one in group["processGroupStatusSnapshots"]
        ]
        for one in group["connectionStatusSnapshots"]:
            queue = one["connectionStatusSnapshot"]
            used = max(queue.get("percentUseCount") or 0, queue.get("percentUseBytes") or 0)
            if used >= FULL_PERCENT:
                full.append(
                    f"{group['name']}: the queue from {queue['sourceName']} to "
                    f"{queue['destinationName']} is full ({queue['queued']})"
                )
    return full


def _newest_error(session: NifiSession) -> list[str]:
    """The newest error that still holds; NiFi keeps each on its board for five minutes."""
    board = session.get("/flow/bulletin-board", limit=100)["bulletinBoard"]
    found = [one["bulletin"] for one in board["bulletins"] if one.get("bulletin")]
    errors = [one for one in found if one["level"] == "ERROR" and not _is_over(one, board)]
    if not errors:
        return []
    newest = max(errors, key=lambda bulletin: bulletin["id"])
    text = _COMPONENT.sub("", " ".join(newest["message"].split()))
    return [f"{newest['sourceName']} at {newest['timestamp']}: {text}"[:LONGEST_ALARM]]


def _is_over(bulletin: dict[str, Any], board: dict[str, Any]) -> bool:
    """True for a log file that was unreadable and would have been reported again by now."""
    if UNREADABLE_FILE not in bulletin["message"]:
        return False
    # times of day without a date, both by the server's clock
    reported, now = (
        dt.datetime.strptime(text.split()[0], "%H:%M:%S")
        for text in (bulletin["timestamp"], board["generated"])
    )
    return (now - reported) % dt.timedelta(days=1) > _REPORTED_AGAIN
