"""Every figure that is published: its name, what it means, what it is told apart by.

Names follow Prometheus: base units, `_total` for what only grows.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """A figure.

    Attributes:
        name: its name; one that ends with `_total` only grows while its server runs.
        description: what it tells, and in which unit.
        labels: what its values are told apart by.
    """

    name: str
    description: str
    labels: tuple[str, ...] = ()

    @property
    def only_grows(self) -> bool:
        """Whether it is a counter."""
        return self.name.endswith("_total")


@dataclass(frozen=True)
class Sample:
    """One value of a figure, with a value for each of its labels."""

    name: str
    value: float
    labels: tuple[str, ...] = ()


SOURCE_UP = Metric("lakehouse_source_up", "1 where the figures could be gathered", ("source",))
SOURCE_SECONDS = Metric(
    "lakehouse_source_seconds", "Seconds that gathering the figures took", ("source",)
)
SERVER_READY = Metric(
    "lakehouse_server_ready", "1 where a server that was started does its work", ("server",)
)
SERVER_ALARM = Metric(
    "lakehouse_server_alarm", "1 where something will soon stop the server", ("server",)
)
SERVER_MEMORY = Metric(
    "lakehouse_server_memory_bytes",
    "Memory of a server and its children, shared pages counted in part (PSS), bytes",
    ("server",),
)
SERVER_CPU = Metric(
    "lakehouse_server_cpu_seconds_total",
    "Processor time of a server and its children since figures are gathered, seconds",
    ("server",),
)
SERVER_UPTIME = Metric("lakehouse_server_uptime_seconds", "Seconds since its start", ("server",))
JVM_HEAP_USED = Metric("lakehouse_jvm_heap_used_bytes", "Heap in use, bytes", ("server",))
JVM_HEAP_MAX = Metric("lakehouse_jvm_heap_max_bytes", "Heap at its largest, bytes", ("server",))
JVM_GC = Metric(
    "lakehouse_jvm_gc_seconds_total", "Time spent collecting garbage, seconds", ("server",)
)
JVM_THREADS = Metric("lakehouse_jvm_threads", "Live threads of Java", ("server",))
DATA_BYTES = Metric("lakehouse_data_bytes", "What a service keeps on disk, bytes", ("service",))
DISK_FREE = Metric("lakehouse_disk_free_bytes", "Free on the disk of the state folder, bytes")
DISK_SIZE = Metric("lakehouse_disk_size_bytes", "Size of the disk of the state folder, bytes")
TOPIC_MESSAGES = Metric(
    "lakehouse_topic_messages_total", "Messages that a topic has taken", ("stream", "topic")
)
CONSUMER_LAG = Metric(
    "lakehouse_consumer_lag", "Messages that a reader has not taken yet", ("stream", "group")
)
HOP_LATENCY = Metric(
    "lakehouse_hop_latency_seconds",
    "How long a hop took for the newest events, seconds; median and 99th percentile",
    ("stream", "hop", "quantile"),
)
DEAD_LETTERS = Metric(
    "lakehouse_dead_letters_total", "Lines set aside, each once, by reason", ("stream", "reason")
)
REQUESTS = Metric(
    "lakehouse_requests_recent",
    "Requests of the last five whole minutes, by the first digit of their status",
    ("status_class",),
)
FUNNEL_SESSIONS = Metric(
    "lakehouse_funnel_sessions",
    "Sessions of the last hour that reached a step of the funnel",
    ("step",),
)
RUN_STATE = Metric(
    "lakehouse_airflow_run", "1 for the state of the latest run of a DAG", ("dag_id", "state")
)
RUN_SECONDS = Metric(
    "lakehouse_airflow_run_seconds", "Seconds that the latest finished run took", ("dag_id",)
)
TASKS = Metric(
    "lakehouse_airflow_tasks", "Tasks of the latest run of a DAG, by state", ("dag_id", "state")
)
QUARANTINED_ROWS = Metric(
    "lakehouse_quarantined_rows", "Rows that the latest build of a table rejected", ("table",)
)
METRICS: tuple[Metric, ...] = (
    *(SOURCE_UP, SOURCE_SECONDS),
    *(SERVER_READY, SERVER_ALARM, SERVER_MEMORY, SERVER_CPU, SERVER_UPTIME),
    *(JVM_HEAP_USED, JVM_HEAP_MAX, JVM_GC, JVM_THREADS),
    *(DATA_BYTES, DISK_FREE, DISK_SIZE),
    *(TOPIC_MESSAGES, CONSUMER_LAG, HOP_LATENCY, DEAD_LETTERS, REQUESTS),
    FUNNEL_SESSIONS,
    *(RUN_STATE, RUN_SECONDS, TASKS, QUARANTINED_ROWS),
)

# Told only of servers that run beside who gathers the figures: a container sees itself alone.
OF_PROCESSES = frozenset(
    {
        *(SERVER_ALARM, SERVER_MEMORY, SERVER_CPU, SERVER_UPTIME),
        *(JVM_HEAP_USED, JVM_HEAP_MAX, JVM_GC, JVM_THREADS, DATA_BYTES),
    }
)

# Figures that others publish and dashboards ask for: the node exporter, and Prometheus itself.
OF_OTHERS = frozenset(
    {
        "node_cpu_seconds_total",
        "node_load1",
        "node_memory_MemAvailable_bytes",
        "node_memory_MemTotal_bytes",
        "node_network_receive_bytes_total",
        "node_network_transmit_bytes_total",
        "up",
    }
)


def untold(runtime: str) -> frozenset[Metric]:
    """The figures that nobody publishes where `runtime` (processes or docker) keeps the servers."""
    return OF_PROCESSES if runtime == "docker" else frozenset()
