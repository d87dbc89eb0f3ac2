"""Told that Docker keeps the servers, `up` waits for them and prepares them, and starts nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lakehouse.platform import lifecycle
from lakehouse.platform.cassandra import CassandraError, open_session
from lakehouse.platform.containers import PROJECT, settings_file
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.secrets import GENERATORS, completed, credentials
from lakehouse.platform.settings import PROJECT as CHECKOUT
from lakehouse.platform.settings import Settings, settings
from lakehouse.platform.trial import changed_settings


@pytest.fixture
def in_docker() -> Iterator[Settings]:
    with changed_settings({"runtime": "docker"}):
        yield settings()


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "ready", lambda process, config: True)
    monkeypatch.setattr(lifecycle.time, "sleep", lambda seconds: None)


def test_a_server_that_is_late_is_prepared_when_it_answers(
    in_docker: Settings, no_waiting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def late(config: Settings) -> None:
        asked.append("cassandra")
        if len(asked) < 3:
            raise PlatformError("does not answer")

    monkeypatch.setitem(lifecycle.PREPARATIONS, "cassandra", late)
    told: list[str] = []
    lifecycle.up(["cassandra"], told.append)
    assert len(asked) == 3
    assert told == ["cassandra ready"]


def test_what_never_answers_is_named_with_the_way_to_its_log(
    in_docker: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "ready", lambda process, config: False)
    moments = iter(range(0, 100_000, 100))
    monkeypatch.setattr(lifecycle.time, "monotonic", lambda: next(moments))
    monkeypatch.setattr(lifecycle.time, "sleep", lambda seconds: None)
    with pytest.raises(PlatformError, match="--runtime docker logs kafka"):
        lifecycle.up(["kafka"], lambda line: None)


def test_stopping_and_deleting_is_for_docker(in_docker: Settings) -> None:
    for command in (lifecycle.down, lifecycle.reset):
        with pytest.raises(PlatformError, match="--runtime docker"):
            command(lambda line: None)


def test_secrets_are_made_once() -> None:
    first = completed("# mine\nLAKEHOUSE_NIFI_PASSWORD=kept")
    assert first.startswith("# mine\nLAKEHOUSE_NIFI_PASSWORD=kept\n")
    assert first.count("LAKEHOUSE_NIFI_PASSWORD=") == 1
    assert all(f"LAKEHOUSE_{name.upper()}=" in first for name in GENERATORS)
    assert completed(first) == first


def test_logins_are_told_for_the_places_that_docker_publishes() -> None:
    secrets = {name: "x" for name in GENERATORS}
    inside = {"airflow_host": "airflow-api-server", "nifi_host": "nifi", "jupyter_host": "jupyter"}
    published = {"airflow_published_port": 6061, "superset_published_port": 8089}
    published["jupyter_published_port"] = 9998
    config = Settings(_env_file=None, runtime="docker", **published, **secrets, **inside)
    places = {entry["what"]: entry["where"] for entry in credentials(config)}
    assert places["Airflow"] == "http://localhost:6061"
    assert places["Superset"] == "http://localhost:8089"
    assert places["NiFi"] == "https://localhost:8443/nifi"
    assert places["JupyterLab"] == "http://localhost:9998/lab"
    assert "Grafana" not in places
    with_grafana = config.model_copy(update={"grafana_published_port": 3001})
    assert {"Grafana", *places} == {entry["what"] for entry in credentials(with_grafana)}


def test_a_port_that_docker_does_not_publish_has_no_number_outside() -> None:
    inside = Settings(_env_file=None, runtime="docker", superset_published_port=8089)
    assert inside.published("superset_port") == 8089
    assert inside.published("datanode_http_port") is None
    assert Settings(_env_file=None).published("datanode_http_port") == 9864


def test_folders_of_the_checkout_are_those_of_the_image() -> None:
    assert f"LAKEHOUSE_DAGS_DIR={PROJECT}/dags\n" in settings_file()
    assert str(CHECKOUT) not in settings_file()


def test_a_name_that_resolves_nowhere_is_a_cassandra_that_does_not_answer() -> None:
    gone = Settings(_env_file=None, cassandra_host="cassandra.invalid")
    with pytest.raises(CassandraError, match="does not answer"), open_session(gone):
        pass
