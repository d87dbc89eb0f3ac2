"""Dashboard Platform: the machine, the servers, their JVMs, the streams, the DAGs."""

from __future__ import annotations

from typing import Any

from lakehouse.registry.catalog import STREAMS
from lakehouse.serving.grafana.panels import Board, Panel, Row, Variable, prometheus
from lakehouse.serving.grafana.shared import dead_letters, hop_latency
from lakehouse.serving.metrics import declared

_CHOSEN = '{server=~"$server"}'
_OUTSIDE = '{device!="lo"}'


def _line(title: str, description: str, unit: str, *queries: tuple[str, str], **more: Any) -> Panel:
    asked = tuple(prometheus(text, legend) for text, legend in queries)
    return Panel(title, description, "timeseries", asked, unit, **more)


_MACHINE = Row(
    "Machine",
    (
        _line(
            "Processors",
            "Share of all processors that is busy",
            "percentunit",
            ('1 - avg(rate(node_cpu_seconds_total{mode="idle"}[$__rate_interval]))', "busy"),
            width=6,
            most=1,
        ),
        _line(
            "Memory",
            "In use, and all there is",
            "bytes",
            ("node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes", "in use"),
            ("node_memory_MemTotal_bytes", "all"),
            width=6,
        ),
        _line("Load", "Processes that want to run", "short", ("node_load1", "1 minute"), width=6),
        _line(
            "Network",
            "Bytes a second to and from other machines",
            "Bps",
            (
                f"sum(rate(node_network_receive_bytes_total{_OUTSIDE}[$__rate_interval]))",
                "received",
            ),
            (
                f"sum(rate(node_network_transmit_bytes_total{_OUTSIDE}[$__rate_interval]))",
                "sent",
            ),
            width=6,
        ),
    ),
)
_SERVERS = Row(
    "Servers",
    (
        Panel(
            "Ready",
            "1 where a server does its work, 0 where it starts or is down",
            "statetimeline",
            (prometheus(f"{declared.SERVER_READY.name}{_CHOSEN}", "{{server}}"),),
        ),
        Panel(
            "Alarms",
            "1 where a full or read-only disk will soon stop a server; `lakehouse status` says why",
            "statetimeline",
            (prometheus(f"{declared.SERVER_ALARM.name}{_CHOSEN}", "{{server}}"),),
            good=0,
        ),
        _line(
            "Memory of servers",
            "With their children, shared pages counted in part (PSS)",
            "bytes",
            (f"{declared.SERVER_MEMORY.name}{_CHOSEN}", "{{server}}"),
            stacked=True,
        ),
        _line(
            "Processors of servers",
            "Cores in use",
            "short",
            (f"rate({declared.SERVER_CPU.name}{_CHOSEN}[$__rate_interval])", "{{server}}"),
            stacked=True,
        ),
        _line(
            "Since the start",
            "A fall is a server that started again",
            "s",
            (f"{declared.SERVER_UPTIME.name}{_CHOSEN}", "{{server}}"),
            width=8,
        ),
        _line(
            "Data on disk",
            "What each service keeps",
            "bytes",
            (declared.DATA_BYTES.name, "{{service}}"),
            width=8,
            stacked=True,
        ),
        _line(
            "Disk left",
            "Share of the disk of the state folder that is free",
            "percentunit",
            (f"{declared.DISK_FREE.name} / {declared.DISK_SIZE.name}", "free"),
            width=8,
            most=1,
        ),
    ),
)
_JVMS = Row(
    "JVMs",
    (
        _line(
            "Heap",
            "Share of the largest heap in use",
            "percentunit",
            (
                f"{declared.JVM_HEAP_USED.name}{_CHOSEN} / {declared.JVM_HEAP_MAX.name}{_CHOSEN}",
                "{{server}}",
            ),
            width=8,
            most=1,
        ),
        _line(
            "Collecting garbage",
            "Share of time",
            "percentunit",
            (f"rate({declared.JVM_GC.name}{_CHOSEN}[$__rate_interval])", "{{server}}"),
            width=8,
        ),
        _line(
            "Threads",
            "Live threads of Java",
            "short",
            (f"{declared.JVM_THREADS.name}{_CHOSEN}", "{{server}}"),
            width=8,
        ),
    ),
)
_STREAMS = Row(
    "Streams",
    (
        _line(
            "Messages a second",
            "What each topic takes",
            "short",
            (f"rate({declared.TOPIC_MESSAGES.name}[$__rate_interval])", "{{topic}}"),
        ),
        _line(
            "Lag",
            "Messages that a reader has not taken yet",
            "short",
            (declared.CONSUMER_LAG.name, "{{stream}}: {{group}}"),
        ),
        *(hop_latency(stream) for stream in STREAMS),
        *(dead_letters(stream) for stream in STREAMS),
    ),
)
_DAGS = Row(
    "Airflow",
    (
        Panel(
            "Latest runs",
            "State of the latest run of each DAG",
            "table",
            (prometheus(declared.RUN_STATE.name, latest=True),),
            hidden=("Time", "__name__", "instance", "job", "Value"),
        ),
        Panel(
            "Tasks of the latest runs",
            "Tasks by state",
            "bargauge",
            (prometheus(f"sum by (state) ({declared.TASKS.name})", "{{state}}", latest=True),),
        ),
        _line(
            "Tasks by state",
            "Tasks of the latest run of each DAG",
            "short",
            (f"sum by (state) ({declared.TASKS.name})", "{{state}}"),
            stacked=True,
        ),
        _line(
            "How long runs took",
            "The latest finished run of each DAG",
            "s",
            (declared.RUN_SECONDS.name, "{{dag_id}}"),
        ),
    ),
)
_MONITORING = Row(
    "Monitoring itself",
    (
        Panel(
            "Scraped",
            "1 where Prometheus could read",
            "statetimeline",
            (prometheus("up", "{{job}}"),),
        ),
        _line(
            "Seconds that gathering takes",
            "Each source of figures; one that fails is missing elsewhere and 0 here below",
            "s",
            (declared.SOURCE_SECONDS.name, "{{source}}"),
        ),
        Panel(
            "Sources of figures",
            "1 where the server behind them answers",
            "statetimeline",
            (prometheus(declared.SOURCE_UP.name, "{{source}}"),),
            width=24,
        ),
    ),
)
BOARD = Board(
    "lakehouse-platform",
    "Platform",
    "Machine, servers, JVMs, streams and DAGs of the lakehouse",
    "1h",
    (_MACHINE, _SERVERS, _JVMS, _STREAMS, _DAGS, _MONITORING),
    variables=(Variable("server", f"label_values({declared.SERVER_READY.name}, server)"),),
)
