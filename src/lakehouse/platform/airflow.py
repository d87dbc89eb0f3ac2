"""Airflow over its REST API: trigger runs, follow them, list them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

import requests

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import Settings, settings

Json = dict[str, Any]
FINISHED = ("success", "failed")
TIMEOUT = 30.0
# lines of an exception's message that are shown
_LINES = 8


class AirflowError(PlatformError):
    """Airflow refused, or did not answer for as long as we were willing to wait."""


class Airflow:
    """A client that waits while the api-server starts again, for `patience` seconds at most."""

    def __init__(self, config: Settings | None = None, patience: float = 60) -> None:
        self._config = config or settings()
        self._patience = patience
        self._session = requests.Session()
        # a proxy of the environment is no way to a server of this machine
        self._session.trust_env = False

    @property
    def address(self) -> str:
        """Where people open it."""
        return f"http://{self._config.airflow_host}:{self._config.airflow_port}"

    def trigger(
        self, dag_id: str, conf: Mapping[str, Any] | None = None, *, run_id: str | None = None
    ) -> str:
        """Start a run and return its id.

        Without `run_id` a lost answer could mean two runs: pass one where that matters.

        Raises:
            AirflowError: there is no such DAG, or a run of this id.
        """
        body: Json = {"logical_date": None, "conf": dict(conf or {})}
        if run_id is not None:
            body["dag_run_id"] = run_id
        return str(self._call("POST", f"/dags/{quote(dag_id)}/dagRuns", body)["dag_run_id"])

    def run(self, dag_id: str, run_id: str) -> Json:
        """A run as Airflow describes it; its `state` is one of queued, running, success, failed."""
        return self._call("GET", f"/dags/{quote(dag_id)}/dagRuns/{quote(run_id, safe='')}")

    def runs(self, dag_id: str, limit: int = 50) -> list[Json]:
        """The latest runs of a DAG, newest first."""
        query = f"?limit={limit}&order_by=-run_after"
        found = self._call("GET", f"/dags/{quote(dag_id)}/dagRuns{query}")
        return list(found["dag_runs"])

    def task_instances(self, dag_id: str, run_id: str) -> list[Json]:
        """The tasks of a run with their states and times."""
        path = f"/dags/{quote(dag_id)}/dagRuns/{quote(run_id, safe='')}/taskInstances?limit=500"
        return list(self._call("GET", path)["task_instances"])

    def asset_events(self, dag_id: str, limit: int = 50) -> list[Json]:
        """The latest events of the assets that a DAG updates, newest first."""
        query = f"?source_dag_id={quote(dag_id)}&limit={limit}&order_by=-timestamp"
        return list(self._call("GET", f"/assets/events{query}")["asset_events"])

    def task_log(self, dag_id: str, run_id: str, task_id: str, attempt: int) -> str:
        """What one attempt of a task logged, one event a line."""
        events = self._task_events(dag_id, run_id, task_id, attempt)
        return "\n".join(e["event"] if isinstance(e, dict) else str(e) for e in events)

    def task_error(self, dag_id: str, run_id: str, task_id: str, attempt: int) -> str:
        """Message of the exception that ended an attempt of a task; empty if it logged none."""
        return last_error(self._task_events(dag_id, run_id, task_id, attempt))

    def _task_events(self, dag_id: str, run_id: str, task_id: str, attempt: int) -> list[Any]:
        path = (
            f"/dags/{quote(dag_id)}/dagRuns/{quote(run_id, safe='')}"
            f"/taskInstances/{quote(task_id)}/logs/{attempt}?full_content=true"
        )
        return list(self._call("GET", path)["content"])

    def clear(self, dag_id: str, run_id: str) -> None:
        """Let the failed tasks of a run, and what waits for them, run again."""
        body = {"dry_run": False, "only_failed": True, "dag_run_id": run_id}
        self._call("POST", f"/dags/{quote(dag_id)}/clearTaskInstances", body)

    def dag_ids(self) -> set[str]:
        """The DAGs Airflow has read so far."""
        return {dag["dag_id"] for dag in self._call("GET", "/dags?limit=500")["dags"]}

    def import_errors(self) -> list[Json]:
        """DAG files that Airflow could not read."""
        return list(self._call("GET", "/importErrors?limit=100")["import_errors"])

    def wait_until_parsed(self, dag_ids: set[str], seconds: float = 90) -> None:
        """Wait until Airflow has read these DAGs.

        Raises:
            AirflowError: some are still missing; the message holds what kept them.
        """
        until = time.monotonic() + seconds
        while missing := dag_ids - self.dag_ids():
            if time.monotonic() > until:
                errors = [f"{e['filename']}: {e['stack_trace']}" for e in self.import_errors()]
                raise AirflowError(
                    "\n".join([f"Airflow has not read {', '.join(sorted(missing))}", *errors])
                )
            time.sleep(1)

    def wait_for_run(self, dag_id: str, run_id: str, seconds: float) -> str:
        """Wait for the end of a run and return its state, `success` or `failed`.

        Raises:
            AirflowError: it was still going on after that time.
        """
        until = time.monotonic() + seconds
        while (state := self.run(dag_id, run_id)["state"]) not in FINISHED:
            if time.monotonic() > until:
                raise AirflowError(f"run {run_id} of {dag_id} is still {state} after {seconds} s")
            time.sleep(0.5)
        return str(state)

    def _log_in(self) -> None:
        answer = self._session.post(
            f"{self.address}/auth/token",
            json={
                "username": self._config.airflow_user,
                "password": self._config.secret("airflow_admin_password"),
            },
            timeout=TIMEOUT,
        )
        if answer.status_code in (401, 403):
            raise AirflowError("Airflow does not accept the login of .env: ./lakehouse credentials")
        answer.raise_for_status()
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def _call(self, method: str, path: str, body: Json | None = None) -> Json:
        until = time.monotonic() + self._patience
        while True:
            try:
                answer = self._attempt(method, path, body)
                if answer.status_code < 500:
                    return _content(answer)
                problem = f"{answer.status_code} {answer.reason}"
            except requests.RequestException as error:
                problem = type(error).__name__
            if time.monotonic() > until:
                raise AirflowError(
                    f"Airflow at {self.address} does not answer ({problem}): "
                    "see ./lakehouse status and ./lakehouse logs airflow-api-server"
                )
            time.sleep(1)

    def _attempt(self, method: str, path: str, body: Json | None) -> requests.Response:
        if "Authorization" not in self._session.headers:
            self._log_in()
        url = f"{self.address}/api/v2{path}"
        answer = self._session.request(method, url, json=body, timeout=TIMEOUT)
        if answer.status_code == 401:
            # tokens expire
            self._log_in()
            answer = self._session.request(method, url, json=body, timeout=TIMEOUT)
        return answer


def last_error(events: Iterable[Any]) -> str:
    """Type and message of the last exception among the structured events of a task's log.

    The stack trace of a server's JVM is left out.
    """
    for event in reversed([each for each in events if isinstance(each, dict)]):
        for detail in event.get("error_detail") or ():
            message = str(detail.get("exc_value", "")).split("\nJVM stacktrace:")[0].strip()
            lines = [line for line in message.splitlines() if line.strip()][:_LINES]
            return f"{detail.get('exc_type')}: " + "\n    ".join(lines)
    return ""


def _content(answer: requests.Response) -> Json:
    if not answer.ok:
        raise AirflowError(f"Airflow refuses: {answer.status_code} {answer.text[:500]}")
    return dict(answer.json()) if answer.content else {}
