"""Prometheus over its HTTP API: values at a moment and over a range, alerts."""

from __future__ import annotations

from typing import Any

import requests

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import Settings, settings

Json = dict[str, Any]
TIMEOUT = 30.0


class PrometheusError(PlatformError):
    """Prometheus does not answer, or refuses a query."""


class Prometheus:
    """A client; every method raises PrometheusError where Prometheus fails or refuses."""

    def __init__(self, config: Settings | None = None) -> None:
        config = config or settings()
        self.address = f"http://{config.prometheus_host}:{config.prometheus_port}"
        self._session = requests.Session()
        # a proxy of the environment is no way to a server of this machine
        self._session.trust_env = False

    def query(self, promql: str, moment: float) -> list[Json]:
        """The series that an expression gives at a moment (seconds since 1970), a value each."""
        return list(self._get("query", {"query": promql, "time": str(moment)})["result"])

    def query_range(self, promql: str, start: float, end: float, step: float) -> list[Json]:
        """The series that an expression gives between two moments, a value each step (seconds)."""
        asked = {"query": promql, "start": str(start), "end": str(end), "step": str(step)}
        return list(self._get("query_range", asked)["result"])

    def label_values(self, label: str, metric: str) -> list[str]:
        """The values that a label of a metric has."""
        return list(self._get(f"label/{label}/values", {"match[]": metric}))

    def alerts(self) -> list[Json]:
        """Alerts that are pending or firing now."""
        return list(self._get("alerts", {})["alerts"])

    def _get(self, what: str, asked: dict[str, str]) -> Any:
        try:
            answer = self._session.get(
                f"{self.address}/api/v1/{what}", params=asked, timeout=TIMEOUT
            )
            content = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise PrometheusError(
                f"Prometheus at {self.address} does not answer ({type(error).__name__}): "
                "./lakehouse up monitoring starts it"
            ) from error
        if content.get("status") != "success":
            raise PrometheusError(f"Prometheus refuses {asked}: {content.get('error', answer)}")
        return content["data"]
