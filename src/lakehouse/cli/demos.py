"""Workloads that show a demo, in the order in which they do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from lakehouse.contracts.demo import Demo
from lakehouse.contracts.functions import named
from lakehouse.contracts.workload import Workload
from lakehouse.platform.errors import PlatformError
from lakehouse.registry import catalog

Shown = tuple[Workload, Demo]


def chosen(
    names: Sequence[str], *, streams: bool = True, workloads: Sequence[Workload] = catalog.WORKLOADS
) -> list[Shown]:
    """Workloads with their demos: those that others use come before them.

    Args:
        names: names of workloads; none for those that are shown by default.
        streams: False to leave out workloads with streams.
        workloads: those that exist; each name is one of them.

    Raises:
        PlatformError: a workload has no demo, or none is left.
    """
    demos = {one.name: named(one.demo) for one in workloads if one.demo}
    for name in names:
        if name not in demos:
            raise PlatformError(f"the workload {name} has no demo; there is one of {_list(demos)}")
    wanted = names or [name for name, demo in demos.items() if demo.by_default]
    by_name = {one.name: one for one in workloads}
    left = [
        (by_name[name], demos[name])
        for name in dict.fromkeys(_with_used(wanted, by_name))
        if name in demos and (streams or not by_name[name].streams)
    ]
    if not left:
        raise PlatformError(f"without streams, nothing is left to show of {_list(wanted)}")
    return left


def _with_used(names: Iterable[str], by_name: Mapping[str, Workload]) -> Iterator[str]:
    """Names, each behind those of the workloads that it uses; some repeatedly."""
    for name in names:
        yield from _with_used(by_name[name].uses, by_name)
        yield name


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
