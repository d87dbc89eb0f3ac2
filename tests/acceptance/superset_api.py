"""A viewer of Superset, through its API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from lakehouse.platform.settings import Settings

SECONDS = 60


def address(config: Settings) -> str:
    """Where Superset listens."""
    return f"http://{config.superset_host}:{config.superset_port}"


def log_in(config: Settings, password: str) -> requests.Response:
    """What Superset says to a name and a password."""
    login = {"username": config.superset_user, "password": password, "provider": "db"}
    url = f"{address(config)}/api/v1/security/login"
    return requests.post(url, json=login, timeout=SECONDS)


@dataclass(frozen=True)
class Answer:
    """What a chart gets."""

    error: str | None
    rows: list[dict[str, Any]]


class Viewer:
    """Somebody who has logged in."""

    def __init__(self, config: Settings) -> None:
        answer = log_in(config, config.secret("superset_admin_password"))
        answer.raise_for_status()
        self._address = address(config)
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def get(self, path: str) -> Any:
        """What the API says of something."""
        answer = self._session.get(f"{self._address}/api/v1/{path}", timeout=SECONDS)
        answer.raise_for_status()
        return answer.json()

    def charts(self) -> dict[str, int]:
        """The number of each chart, by title."""
        found = self.get("chart/?q=(page_size:100)")["result"]
        return {chart["slice_name"]: chart["id"] for chart in found}

    def ask(self, chart: int, *, anew: bool = True) -> Answer:
        """The rows that a chart draws; `anew`, not those that were kept for the next viewer."""
        (result,) = self.get(f"chart/{chart}/data/?force={str(anew).lower()}")["result"]
        return Answer(result["error"], result["data"])
