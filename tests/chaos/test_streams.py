"""Servers die at random under load, again and again, and every line is there once in the end.

`LAKEHOUSE_CHAOS_SECONDS` says for how long (default 180), `LAKEHOUSE_CHAOS_SEED` who dies when.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from integration.launching import lakehouse, lakehouse_json, lakehouse_started
from lakehouse.contracts import catalog
from lakehouse.contracts.model import Layer
from lakehouse.contracts.streams import SOURCE, STREAMS
from lakehouse.orchestration import steps
from lakehouse.platform import spark
from lakehouse.platform.settings import Settings
from lakehouse.platform.supervise import Supervisor
from lakehouse.platform.trial import trial_platform
from lakehouse.silver.compaction import compact

SECONDS = int(os.environ.get("LAKEHOUSE_CHAOS_SECONDS", "180"))
SEED = int(os.environ.get("LAKEHOUSE_CHAOS_SEED", "1"))
RATE = 2_000
EVERY_SECONDS = 10.0
VICTIMS = ("kafka", "nifi", "cassandra", "datanode", "streaming")
CATCH_UP_SECONDS = 600
DAY = "2026-01-01"


@dataclass
class Ordeal:
    """What was done to the servers, and what the balance said afterwards."""

    kills: list[str] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    caught_up_seconds: float = 0
    proofs: list[dict] = field(default_factory=list)

    @property
    def broken(self) -> list[dict]:
        return [line for proof in self.proofs for line in proof["lines"] if not line["balanced"]]

    @property
    def doubled_in_silver(self) -> int:
        return sum(proof["doubles"].get("silver", 0) for proof in self.proofs)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The stream servers and the engine, with a small warehouse."""
    with trial_platform(tmp_path_factory.mktemp("chaos"), "spark", "stream") as running:
        folder = tmp_path_factory.mktemp("generated")
        lakehouse_json("generate", "--orders", "500", "--out", str(folder))
        lakehouse_json("load", "--yes", "--from", str(folder))
        for layer in (Layer.BRONZE, Layer.SILVER, Layer.GOLD):
            for table in catalog.build_order(catalog.batch(layer)):
                steps.run(layer, table.name, DAY)
        yield running


@pytest.fixture(scope="module")
def ordeal(config: Settings) -> Ordeal:
    found = Ordeal()
    writer = lakehouse_started(
        *("stream", "write", f"--rate={RATE}", f"--duration={SECONDS}"),
        *("--malformed=1", "--late=2", "--json"),
    )
    try:
        _kill_while_it_writes(writer, config, found)
    finally:
        writer.terminate()
    told, _ = writer.communicate(timeout=60)
    found.lines = {n: counts["lines"] for n, counts in json.loads(told)["streams"].items()}
    began = time.monotonic()
    # gold is only counted: it takes what silver has, so all hops before it have to be done
    lakehouse("verify", "--streams", f"--wait={CATCH_UP_SECONDS}", seconds=3 * CATCH_UP_SECONDS)
    found.caught_up_seconds = time.monotonic() - began
    for table in catalog.build_order(catalog.of_source(Layer.GOLD, SOURCE)):
        steps.run(Layer.GOLD, table.name, DAY)
    # two hours later every hour that was written in is over
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)
    session = spark.connect("chaos")
    for stream in STREAMS:
        compact(session, stream.name, DAY, now=later)
    session.stop()
    found.proofs = json.loads(lakehouse("verify", "--streams", "--json").stdout)
    return found


def _kill_while_it_writes(writer: subprocess.Popen[str], config: Settings, found: Ordeal) -> None:
    chance = random.Random(SEED)
    while writer.poll() is None:
        time.sleep(EVERY_SECONDS)
        states = Supervisor(config).states()
        alive = [name for name in VICTIMS if states[name].state == "RUNNING"]
        if alive and writer.poll() is None:
            name = chance.choice(alive)
            os.kill(states[name].pid, signal.SIGKILL)
            found.kills.append(name)


def test_servers_were_killed_at_work(ordeal: Ordeal, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        times = ", ".join(f"{name} {count}" for name, count in Counter(ordeal.kills).items())
        print(f"\n{len(ordeal.kills)} SIGKILLs in {SECONDS} s at {RATE:,} lines/s: {times}")
        print(f"lines {ordeal.lines}; caught up {ordeal.caught_up_seconds:.0f} s after the last")
        for proof in ordeal.proofs:
            print(f"{proof['stream']}: delivered again and recognised: {proof['doubles'] or 0}")
        print(f"broken balances {len(ordeal.broken)}, silver doubled {ordeal.doubled_in_silver}")
    assert len(ordeal.kills) >= SECONDS // (2 * EVERY_SECONDS)
    assert set(ordeal.kills) == set(VICTIMS)


def test_nothing_is_lost_and_nothing_is_there_twice(ordeal: Ordeal) -> None:
    assert ordeal.proofs
    assert ordeal.broken == []


def test_compaction_removed_from_silver_what_was_delivered_twice(ordeal: Ordeal) -> None:
    assert ordeal.doubled_in_silver == 0
