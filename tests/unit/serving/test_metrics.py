"""Figures: gathered from what there is, published as declared, told of by mail."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from pyspark.sql import SparkSession

from lakehouse.platform.java import find_jdk
from lakehouse.platform.settings import Settings
from lakehouse.serving.metrics import declared, jvm, mail, servers
from lakehouse.serving.metrics.declared import METRICS, Sample
from lakehouse.serving.metrics.exporter import Figures, Source, sources
from lakehouse.serving.metrics.runs import rejected_rows, seconds_of
from lakehouse.serving.metrics.servers import CpuMeter, Disk, Servers, size_of
from lakehouse.serving.metrics.streams import minutes_by_day

MB = 2**20


class Readings:
    """Gives what it is told to give, one answer a reading."""

    def __init__(self, *answers: list[Sample] | Exception) -> None:
        self._answers = list(answers)
        self.closed = 0

    def read(self) -> Iterable[Sample]:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.closed += 1


def published(*of: Source) -> str:
    registry = CollectorRegistry()
    registry.register(Figures(of))
    return generate_latest(registry).decode()


def test_names_follow_prometheus() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    assert all(metric.name.startswith("lakehouse_") for metric in METRICS)


def test_every_declared_metric_is_published_with_its_type_and_labels() -> None:
    samples = [Sample(metric.name, 1, metric.labels) for metric in METRICS]
    source = Source("all", Readings(samples), 15)
    source.refresh()
    families = {family.name: family for family in text_string_to_metric_families(published(source))}
    for metric in METRICS:
        # the parser names a family of counters without its suffix
        family = families[metric.name.removesuffix("_total")]
        assert family.type == ("counter" if metric.name.endswith("_total") else "gauge")
        assert set(metric.labels) == set(family.samples[0].labels), metric.name


def test_a_figure_is_published_as_declared() -> None:
    lag = Sample(declared.CONSUMER_LAG.name, 7, ("access_log", "nifi"))
    letters = Sample(declared.DEAD_LETTERS.name, 3, ("access_log", "empty_line"))
    source = Source("kafka", Readings([lag, letters]), 15)
    source.refresh()
    text = published(source)
    assert 'lakehouse_consumer_lag{group="nifi",stream="access_log"} 7.0' in text
    assert "# TYPE lakehouse_dead_letters_total counter" in text
    assert 'lakehouse_source_up{source="kafka"} 1.0' in text


def test_a_source_that_fails_loses_its_figures_and_gets_them_back() -> None:
    sample = Sample(declared.DISK_FREE.name, 1)
    readings = Readings([sample], OSError("no answer"), [sample])
    source = Source("disk", readings, 15)
    other = Source("other", Readings([Sample(declared.DISK_SIZE.name, 2)]), 15)
    other.refresh()
    seen = []
    for _ in range(3):
        source.refresh()
        text = published(source, other)
        seen.append("lakehouse_disk_free_bytes 1.0" in text)
        assert "lakehouse_disk_size_bytes 2.0" in text
        assert f'lakehouse_source_up{{source="disk"}} {float(seen[-1])}' in text
    assert seen == [True, False, True]
    assert readings.closed == 1


def test_what_was_read_before_a_failure_is_published() -> None:
    class Half(Readings):
        def read(self) -> Iterable[Sample]:
            yield Sample(declared.DISK_FREE.name, 1)
            raise OSError("the rest does not answer")

    source = Source("disk", Half(), 15)
    source.refresh()
    assert "lakehouse_disk_free_bytes 1.0" in published(source)
    assert 'lakehouse_source_up{source="disk"} 0.0' in published(source)


def test_before_the_first_reading_nothing_is_claimed() -> None:
    assert "lakehouse_source_up" not in published(Source("disk", Readings(), 15))


def test_servers_that_do_not_run_fail_alone(tmp_path: Path) -> None:
    config = Settings(state_dir=tmp_path, kafka_port=1, cassandra_port=1, airflow_port=1)
    found = {source.name: source for source in sources(config)}
    for name in ("servers", "disk", "flow"):
        found[name].refresh()
    assert [found[name].up for name in ("servers", "disk", "flow")] == [True, True, False]


def test_a_container_is_down_where_it_answered_and_answers_no_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answering = {"kafka", "nifi"}
    monkeypatch.setattr(
        servers, "reached", lambda process, _: "ready" if process.name in answering else "stopped"
    )
    reader = Servers(Settings(_env_file=None, runtime="docker", state_dir=tmp_path))
    assert {(s.labels, s.value) for s in reader.read()} == {(("kafka",), 1), (("nifi",), 1)}
    answering.remove("nifi")
    assert {(s.labels, s.value) for s in reader.read()} == {(("kafka",), 1), (("nifi",), 0)}


def test_a_container_tells_of_its_disk_and_of_no_volume(tmp_path: Path) -> None:
    (tmp_path / "kafka").mkdir()
    names = {
        runtime: {
            sample.name
            for sample in Disk(Settings(_env_file=None, runtime=runtime, state_dir=tmp_path)).read()
        }
        for runtime in ("docker", "processes")
    }
    assert declared.DATA_BYTES.name in names["processes"]
    assert names["docker"] == {declared.DISK_FREE.name, declared.DISK_SIZE.name}


def test_a_jvm_tells_of_its_heap_threads_and_collections(spark: SparkSession) -> None:
    java = spark.sparkContext._jvm.java.lang
    management = java.management.ManagementFactory
    file = jvm.counters_file(java.ProcessHandle.current().pid())
    assert file is not None
    java.System.gc()
    kept = sum(
        pool.getCollectionUsage().getUsed()
        for pool in management.getMemoryPoolMXBeans()
        if pool.isCollectionUsageThresholdSupported()
    )
    figures = jvm.read(file)
    runtime = java.Runtime.getRuntime()
    used = runtime.totalMemory() - runtime.freeMemory()
    # one survivor space is not counted by the runtime
    assert runtime.maxMemory() <= figures.heap_max <= runtime.maxMemory() * 1.2
    # the counters are of the last collection, or of somebody's question since
    assert 0.9 * kept - 10 * MB <= figures.heap_used <= 1.1 * used + 10 * MB
    seconds = sum(
        bean.getCollectionTime() / 1000 for bean in management.getGarbageCollectorMXBeans()
    )
    assert figures.gc_seconds == pytest.approx(seconds, rel=0.3, abs=0.2)
    threads = management.getThreadMXBean().getThreadCount()
    assert figures.threads == pytest.approx(threads, abs=5)


@pytest.mark.parametrize("collector", ["Serial", "Parallel", "G1"])
def test_the_heap_of_a_jvm_is_what_it_may_take(collector: str, tmp_path: Path) -> None:
    program = tmp_path / "Waits.java"
    program.write_text(
        "class Waits { public static void main(String[] a) throws Exception {"
        " System.out.println(); System.in.read(); } }"
    )
    java = str(find_jdk() / "bin" / "java")
    with subprocess.Popen(
        (java, f"-XX:+Use{collector}GC", "-Xmx96m", str(program)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as running:
        assert running.stdin and running.stdout
        running.stdout.readline()
        file = jvm.counters_file(running.pid)
        assert file is not None
        assert jvm.read(file).heap_max == pytest.approx(96 * MB, rel=0.01)
        running.stdin.close()


def test_what_is_no_jvm_is_told_apart(tmp_path: Path) -> None:
    assert jvm.counters_file(os.getpid()) is None
    for content in (b"", b"\0" * 200, bytes.fromhex("cafec0c0") + b"\0" * 100):
        (tmp_path / "file").write_bytes(content)
        with pytest.raises(ValueError, match=r"not the counters|unknown form"):
            jvm.read(tmp_path / "file")


def test_processor_time_never_falls_when_a_child_ends() -> None:
    meter = CpuMeter()
    work = "import time; end = time.process_time() + 0.4\nwhile time.process_time() < end: pass"
    meter.read(os.getpid())
    child = subprocess.Popen([sys.executable, "-c", work + "\ninput()"], stdin=subprocess.PIPE)
    until = dt.datetime.now() + dt.timedelta(seconds=20)
    while (busy := meter.read(os.getpid())) < 0.4:
        assert dt.datetime.now() < until
    child.communicate(b"\n")
    assert meter.read(os.getpid()) >= busy


def test_a_folder_takes_what_its_files_take(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/file").write_bytes(b"x" * 3 * MB)
    assert size_of(tmp_path) == pytest.approx(3 * MB, rel=0.05)
    names = {sample.name for sample in Disk(Settings(state_dir=tmp_path)).read()}
    assert {declared.DISK_FREE.name, declared.DISK_SIZE.name} <= names


@pytest.mark.parametrize(
    ("end", "days"),
    [("2026-02-01T12:00", 1), ("2026-02-01T00:00", 1), ("2026-02-01T00:03", 2)],
)
def test_the_last_minutes_are_taken_from_each_day_they_touch(end: str, days: int) -> None:
    moment = dt.datetime.fromisoformat(end)
    spans = list(minutes_by_day(moment))
    assert len(spans) == days
    assert sum((until - start for _, start, until in spans), dt.timedelta()) == dt.timedelta(
        minutes=5
    )
    assert all(day == start.date() for day, start, _ in spans)
    assert spans[-1][2] == moment


def test_a_run_takes_from_its_start_to_its_end() -> None:
    run = {"start_date": "2026-01-31T23:59:50Z", "end_date": "2026-02-01T00:00:05.500Z"}
    assert seconds_of(run) == 15.5


def test_rejected_rows_are_those_of_the_latest_build() -> None:
    events = [
        {"name": "silver.orders", "extra": {"table": "orders", "quarantined": 2}},
        {"name": "silver.sellers", "extra": {"table": "sellers", "quarantined": 0}},
        {"name": "bronze.orders", "extra": {"table": "orders", "rows": 9}},
        {"name": "silver.products", "extra": None},
        {"name": "silver.orders", "extra": {"table": "orders", "quarantined": 7}},
    ]
    assert [(sample.value, sample.labels) for sample in rejected_rows(events)] == [
        (2, ("silver.orders",)),
        (0, ("silver.sellers",)),
    ]


def test_a_mail_says_what_is_wrong_and_what_to_do() -> None:
    note = {"title": "A DAG failed", "summary": "The run failed", "todo": "See the runbook"}
    begun = mail.message([note], [])
    assert begun["Subject"] == "[lakehouse] A DAG failed"
    assert begun.get_content() == "The run failed.\n  See the runbook.\n"
    assert mail.message([], [note])["Subject"] == "[lakehouse] over: A DAG failed"
    assert "Over: The run failed." in mail.message([], [note]).get_content()
