"""Names that the shell completes; nothing here connects to a server or starts Spark."""

from __future__ import annotations

from collections.abc import Iterable


def dag_names(incomplete: str) -> list[str]:
    """DAGs that `run` accepts."""
    from lakehouse.orchestration.pipelines import KNOWN

    return _beginning(incomplete, (pipeline.dag_id for pipeline in KNOWN))


def silver_tables(incomplete: str) -> list[str]:
    """Tables that can hold rows in quarantine."""
    from lakehouse.contracts.model import Layer
    from lakehouse.registry import catalog

    return _beginning(incomplete, (table.name for table in catalog.batch(Layer.SILVER)))


def full_table_names(incomplete: str) -> list[str]:
    """Tables of all layers, with their database."""
    from lakehouse.registry import catalog

    tables = (table for layer in catalog.LAYERS.values() for table in layer)
    return _beginning(incomplete, (table.full_name for table in tables))


def server_names(incomplete: str) -> list[str]:
    """Servers, as `status` names them."""
    from lakehouse.platform.services import load_services, processes_of

    return _beginning(incomplete, (process.name for process in processes_of(load_services())))


def group_names(incomplete: str) -> list[str]:
    """Profiles, workloads and folders of services/, that `up` accepts."""
    from lakehouse.platform import selection

    return _beginning(incomplete, selection.group_names())


def names_of_servers(incomplete: str) -> list[str]:
    """Groups of servers, and single servers."""
    return sorted({*group_names(incomplete), *server_names(incomplete)})


def workload_names(incomplete: str) -> list[str]:
    """Workloads."""
    from lakehouse.registry.catalog import WORKLOADS

    return _beginning(incomplete, (one.name for one in WORKLOADS))


def demo_names(incomplete: str) -> list[str]:
    """Workloads with a demo."""
    from lakehouse.registry.catalog import WORKLOADS

    return _beginning(incomplete, (one.name for one in WORKLOADS if one.demo))


def stream_names(incomplete: str) -> list[str]:
    """Streams."""
    from lakehouse.registry.catalog import STREAMS

    return _beginning(incomplete, (stream.name for stream in STREAMS))


def question_names(incomplete: str) -> list[str]:
    """Questions that `ask` answers."""
    from lakehouse.registry.catalog import QUESTIONS

    return _beginning(incomplete, (question.name for question in QUESTIONS))


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return sorted(name for name in names if name.startswith(incomplete))
