"""Task slots of the streaming driver."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lakehouse.contracts.streams import SinkBinding, Stream
from lakehouse.platform.services import SERVICES
from lakehouse.platform.settings import Settings
from lakehouse.registry.catalog import STREAMS
from lakehouse.streams import driving
from lakehouse.workloads.weblogs.contracts.streams import ACCESS_LOG
from unit.sinks.tables import SALE, SALES
from unit.streams.three_streams import THREE


@pytest.mark.parametrize("partitions", [1, 4])
@pytest.mark.parametrize("streams", [STREAMS[:1], STREAMS, THREE, (*THREE, SALES)], ids=len)
def test_slots_suffice_for_every_stream(streams: tuple[Stream, ...], partitions: int) -> None:
    master = driving.master(streams, Settings(_env_file=None, kafka_partitions=partitions))

    slots = int(master.removeprefix("local[").removesuffix("]"))
    always_held, windows = len(streams) * partitions, sum(len(one.windows) for one in streams)
    # NiFi writes to the sinks of logs
    sinks = len(SALES.routes) if SALES in streams else 0
    assert slots > always_held + windows + sinks


def test_driver_writes_to_sinks_that_nifi_has_no_processor_for() -> None:
    log = replace(ACCESS_LOG, sinks=(*ACCESS_LOG.sinks, SinkBinding("postgres", SALE)))

    assert [route.name for route in driving.driven((log,))] == ["access_log.clean.postgres"]
    assert driving.driven(STREAMS) == []


def test_slots_are_not_set_elsewhere() -> None:
    run = (SERVICES / "streaming" / "run").read_text("utf-8")
    assert "--master" not in run
    conf = (SERVICES / "streaming" / "conf" / "spark-defaults.conf").read_text("utf-8")
    assert "spark.master" not in conf
