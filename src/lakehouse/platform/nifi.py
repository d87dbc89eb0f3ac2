"""NiFi: whether it answers, what it complains of, and a login for everything else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import requests

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import Settings

TIMEOUT = 10.0
FULL_PERCENT = 100
LONGEST_ALARM = 200


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
        self._config = config
        self._session = requests.Session()
        # servers of our own: no proxy of the environment stands between
        self._session.trust_env = False
        self._session.verify = str(certificate(config))
        token = self._send(
            "POST",
            "/access/token",
            data={"username": config.nifi_user, "password": config.secret("nifi_password")},
        )
        self._session.headers["Authorization"] = f"Bearer {token.text}"

    def get(self, path: str, **asked: Any) -> Any:
        """What NiFi tells at a path below `/nifi-api`."""
        return self._send("GET", path, params=asked).json()

    def put(self, path: str, body: dict[str, Any]) -> Any:
        """Change what is at a path."""
        return self._send("PUT", path, json=body).json()

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Make something at a path."""
        return self._send("POST", path, json=body).json()

    def delete(self, path: str, **asked: Any) -> Any:
        """Delete what is at a path."""
        return self._send("DELETE", path, params=asked).json()

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        url = address(self._config) + path
        try:
            answer = self._session.request(method, url, timeout=TIMEOUT, **options)
        except (requests.RequestException, OSError) as error:
            raise NifiError(
                f"NiFi does not answer at {address(self._config)} ({type(error).__name__}): "
                "see ./lakehouse status, ./lakehouse logs nifi"
            ) from error
        if not answer.ok:
            raise NifiError(f"NiFi refuses {method} {path}: {answer.text.strip()[:500]}")
        return answer


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
    """Bulletins vanish from the board five minutes after the last time that something failed."""
    board = session.get("/flow/bulletin-board", limit=100)["bulletinBoard"]["bulletins"]
    errors = [one["bulletin"] for one in board if one.get("bulletin", {}).get("level") == "ERROR"]
    if not errors:
        return []
    newest = max(errors, key=lambda bulletin: bulletin["id"])
    text = " ".join(newest["message"].split())
    return [f"{newest['sourceName']} at {newest['timestamp']}: {text}"[:LONGEST_ALARM]]
