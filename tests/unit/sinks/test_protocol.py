"""Every sink has the same methods, and its module loads neither Spark nor a client of a store."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys

import pytest

from lakehouse.contracts.sinks import Sink
from lakehouse.platform.settings import PROJECT, Settings
from lakehouse.registry import sinks

METHODS = [name for name in vars(Sink) if not name.startswith("_")]
CLIENTS = ("pyspark", "cassandra", "psycopg2", "confluent_kafka", "pyarrow")


def test_sinks_are_the_modules_of_their_package() -> None:
    assert sinks.names() == ("cassandra", "hdfs", "kafka", "postgres")


@pytest.mark.parametrize("name", sinks.names())
def test_sink_has_the_methods_of_the_protocol(name: str) -> None:
    made = sinks.connect(name, Settings(_env_file=None))

    for method in METHODS:
        declared, has = (inspect.signature(getattr(one, method)) for one in (Sink, type(made)))
        assert list(has.parameters) == list(declared.parameters), method
    assert isinstance(sinks.module(name).TITLE, str)
    assert isinstance(sinks.module(name).ONCE, bool)
    made.close()


def test_sinks_load_no_client_before_they_are_used() -> None:
    program = (
        "import sys; from lakehouse.registry import sinks; "
        "[sinks.module(name) for name in sinks.names()]; print(*sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": str(PROJECT / "src")},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stderr
    loaded = set(answer.stdout.split())
    assert "lakehouse.sinks.postgres" in loaded
    assert loaded & set(CLIENTS) == set()
