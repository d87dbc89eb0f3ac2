"""A workload: everything that one business case adds to the platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lakehouse.contracts.cassandra import LiveTable, Question
from lakehouse.contracts.data_sets import DataSet
from lakehouse.contracts.model import Table
from lakehouse.contracts.pipelines import Pipeline
from lakehouse.contracts.streams import Stream


@dataclass(frozen=True)
class Workload:
    """One business case.

    Bronze tables are derived from source tables and are not declared.

    Attributes:
        name: its name, and that of its folder.
        description: what it holds.
        uses: names of workloads whose tables it reads and whose modules it imports.
        servers: profiles and folders of services/ that it needs; what these need is added.
        tables: tables of the source databases, of silver and of gold.
        models: tables of gold that models fill.
        streams: logs and topics that it reads continuously.
        live_tables: tables of Cassandra other than those of the streams' events.
        questions: queries of live pages, each of one live table.
        pipelines: its DAGs.
        boards: Grafana boards by title, as `module:name`.
        parameters: `module:name` of parameters of measures.
        measures: `module:name` of its measures.
        report_pages: `module:name` of its pages of the Power BI report.
        superset_datasets: `module:name` of its datasets in Superset.
        superset_pages: `module:name` of its pages in Superset.
        reconciliation: `module:function` that returns further checks for `verify`.
        commands: `module:function` that adds its commands to a `typer.Typer`; its module is
            imported at each start of the command line, and imports what is slow where it is used.
        demo: `module:name` of its demo (`contracts.demo`); empty if it has none.
        written: `module:function` that returns counts of what its writers produced, by stream, for
            a manifest (or all) and the settings; empty for a manifest of another workload.
        is_writing: `module:function` that returns whether one of its writers runs, for settings.
        alarms: by name of a server that is ready, `module:function` that returns a sentence on what
            is wrong, for settings; empty if nothing is.
        ports: default ports of servers that only it needs, by name.
        data_sets: published data that `download` fetches.
    """

    name: str
    description: str
    uses: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    models: tuple[Table, ...] = ()
    streams: tuple[Stream, ...] = ()
    live_tables: tuple[LiveTable, ...] = ()
    questions: tuple[Question, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()
    boards: Mapping[str, str] = field(default_factory=dict)
    parameters: str = ""
    measures: str = ""
    report_pages: str = ""
    superset_datasets: str = ""
    superset_pages: str = ""
    reconciliation: str = ""
    commands: str = ""
    demo: str = ""
    written: str = ""
    is_writing: str = ""
    alarms: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)
    data_sets: tuple[DataSet, ...] = ()
