"""The process that gathers all figures and hands them to Prometheus.

Each source is read by a thread of its own at its own pace: asking for the figures never waits for
a server. A source that fails keeps only the figures it gave before, until it answers again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from lakehouse.platform.settings import Settings, settings
from lakehouse.serving.metrics import declared
from lakehouse.serving.metrics.declared import METRICS, Sample
from lakehouse.serving.metrics.mail import Mailer
from lakehouse.serving.metrics.runs import Runs
from lakehouse.serving.metrics.servers import Disk, Servers
from lakehouse.serving.metrics.streams import DeadLetters, Flow, FunnelSessions, Requests

_log = logging.getLogger("metrics")


class Reader(Protocol):
    """What figures are read from."""

    def read(self) -> Iterable[Sample]:
        """The figures of now; raises where the server behind them does not answer."""
        ...

    def close(self) -> None:
        """Let go of connections; the next reading makes new ones."""
        ...


@dataclass
class Source:
    """A reader, and what it read last.

    Attributes:
        name: as figures about the source name it.
        reader: where its figures come from.
        pause: seconds between two readings.
        samples: the last figures; where it failed, those it gave before.
        up: whether the last reading succeeded; None before the first.
        seconds: how long the last reading took.
    """

    name: str
    reader: Reader
    pause: float
    samples: tuple[Sample, ...] = ()
    up: bool | None = None
    seconds: float = field(default=0.0)

    def refresh(self) -> None:
        """Read once; whatever goes wrong is told in the log, when it starts to go wrong."""
        began = time.monotonic()
        found: list[Sample] = []
        try:
            # what was given before a failure stays
            found.extend(self.reader.read())
            up = True
        except Exception as error:  # one source that fails must not stop the others
            if self.up is not False:
                _log.warning("%s: %s", self.name, error)
            up = False
            self.reader.close()
        if up and self.up is False:
            _log.warning("%s: answers again", self.name)
        self.samples, self.up = tuple(found), up
        self.seconds = time.monotonic() - began

    def follow(self) -> None:
        """Read again and again, for as long as the process lives."""
        while True:
            self.refresh()
            time.sleep(self.pause)


class Figures(Collector):
    """The last figures of all sources, as declared."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources = tuple(sources)

    def collect(self) -> Iterator[Metric]:
        """Every declared metric that has a value."""
        by_name: dict[str, list[Sample]] = {}
        for source in self._sources:
            for sample in (*source.samples, *_about(source)):
                by_name.setdefault(sample.name, []).append(sample)
        for metric in METRICS:
            if samples := by_name.get(metric.name):
                yield _family(metric, samples)


def _about(source: Source) -> Iterator[Sample]:
    if source.up is not None:
        yield Sample(declared.SOURCE_UP.name, source.up, (source.name,))
        yield Sample(declared.SOURCE_SECONDS.name, source.seconds, (source.name,))


def _family(metric: declared.Metric, samples: Iterable[Sample]) -> Metric:
    kind = CounterMetricFamily if metric.only_grows else GaugeMetricFamily
    family = kind(metric.name, metric.description, labels=metric.labels)
    for sample in samples:
        family.add_metric(sample.labels, sample.value)
    return family


def sources(config: Settings) -> tuple[Source, ...]:
    """Every source; those that cost their server more are read less often."""
    return (
        Source("servers", Servers(config), 15),
        Source("disk", Disk(config), 60),
        Source("flow", Flow(config), 15),
        Source("dead letters", DeadLetters(config), 15),
        Source("requests", Requests(config), 15),
        Source("funnel", FunnelSessions(config), 15),
        Source("airflow", Runs(config), 30),
    )


def main() -> None:
    """Gather and answer until the process is ended."""
    logging.basicConfig(format="%(asctime)s %(message)s")
    config = settings()
    found = sources(config)
    registry = CollectorRegistry()
    registry.register(Figures(found))
    _, server = start_http_server(config.metrics_port, config.bind_host, registry)
    for source in found:
        threading.Thread(target=source.follow, name=source.name, daemon=True).start()
    if config.alert_mail_to:
        threading.Thread(target=Mailer(config).follow, name="mail", daemon=True).start()
    server.join()


if __name__ == "__main__":
    main()
