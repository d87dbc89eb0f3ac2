"""The platform that chaos tests share, and the way back to reconciled streams."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from integration.launching import lakehouse, lakehouse_json
from lakehouse.contracts.model import Layer
from lakehouse.orchestration import steps
from lakehouse.platform import spark
from lakehouse.platform.settings import Settings
from lakehouse.platform.trial import trial_platform
from lakehouse.registry import catalog
from lakehouse.registry.catalog import STREAMS
from lakehouse.silver.compaction import compact
from lakehouse.workloads.weblogs.contracts import gold as gold_streams

CATCH_UP_SECONDS = 600
DAY = "2026-01-01"


@contextmanager
def filled_platform(folder: Path, generated: Path) -> Iterator[Settings]:
    """The stream servers and the Spark server, with a small warehouse.

    Args:
        folder: state of the servers.
        generated: an empty folder for the source data.
    """
    # which engine imports makes no difference here, and Sqoop takes minutes longer
    settings = {"ingest_engine": "spark"}
    with trial_platform(folder, "spark", "stream", settings_=settings) as running:
        lakehouse_json("generate", "--orders", "500", "--out", str(generated))
        lakehouse_json("load", "--yes", "--from", str(generated))
        for layer in (Layer.BRONZE, Layer.SILVER, Layer.GOLD):
            for table in catalog.build_order(catalog.batch(layer)):
                steps.run(layer, table.name, DAY)
        yield running


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """One filled platform for all tests whose disk has room."""
    folder, generated = (tmp_path_factory.mktemp(name) for name in ("chaos", "generated"))
    with filled_platform(folder, generated) as running:
        yield running


def settle() -> tuple[list[dict], float]:
    """Carry everything written to gold and reconcile it; seconds until silver had all of it."""
    began = time.monotonic()
    # gold is only counted: it takes what silver has, so all hops before it have to be done
    lakehouse("verify", "--streams", f"--wait={CATCH_UP_SECONDS}", seconds=3 * CATCH_UP_SECONDS)
    seconds = time.monotonic() - began
    for table in catalog.build_order(gold_streams.TABLES):
        steps.run(Layer.GOLD, table.name, DAY)
    # two hours later every hour that was written in is over
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)
    session = spark.connect("chaos")
    for stream in STREAMS:
        compact(session, stream.name, DAY, now=later)
    session.stop()
    return json.loads(lakehouse("verify", "--streams", "--json").stdout), seconds


def differences(proofs: list[dict]) -> list[dict]:
    """Lines of the reconciliation that differ."""
    return [line for proof in proofs for line in proof["lines"] if not line["balanced"]]
