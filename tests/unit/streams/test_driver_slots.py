"""Task slots of the streaming driver."""

from __future__ import annotations

import pytest

from lakehouse.contracts.streams import Stream
from lakehouse.platform.services import SERVICES
from lakehouse.platform.settings import Settings
from lakehouse.registry.catalog import STREAMS
from lakehouse.streams import driving
from unit.streams.three_streams import THREE


@pytest.mark.parametrize("partitions", [1, 4])
@pytest.mark.parametrize("streams", [STREAMS[:1], STREAMS, THREE], ids=len)
def test_slots_suffice_for_every_stream(streams: tuple[Stream, ...], partitions: int) -> None:
    master = driving.master(streams, Settings(_env_file=None, kafka_partitions=partitions))

    slots = int(master.removeprefix("local[").removesuffix("]"))
    always_held, metrics = len(streams) * partitions, len(streams)
    assert slots > always_held + metrics


def test_slots_are_not_set_elsewhere() -> None:
    run = (SERVICES / "streaming" / "run").read_text("utf-8")
    assert "--master" not in run
    conf = (SERVICES / "streaming" / "conf" / "spark-defaults.conf").read_text("utf-8")
    assert "spark.master" not in conf
