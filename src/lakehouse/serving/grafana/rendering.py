"""Dashboards as Grafana reads them, built with its own SDK."""

from __future__ import annotations

from typing import Any

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.builders import prometheus as prometheus_builder
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    StackingMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardRegexMapOptions,
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColorModeId,
    RegexMap,
    Threshold,
    ThresholdsMode,
    ValueMappingResult,
    VariableHide,
    VariableRefresh,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from lakehouse.serving.grafana.panels import (
    CASSANDRA,
    PROMETHEUS,
    UIDS,
    Board,
    Panel,
    Query,
    Variable,
)

_HEIGHT, _STAT_HEIGHT = 8, 4
_MOST_ROWS = 15
_REFRESH = "10s"
# ids of the published data have 32 digits: eight of them tell products apart, as on the live page
_SHORT_ID = DynamicConfigValue(
    id_val="mappings",
    value=[
        RegexMap(
            options=DashboardRegexMapOptions(
                pattern=r"/^(\w{8})\w{24}$/", result=ValueMappingResult(text="$1")
            )
        )
    ],
)
_NOTHING = {
    CASSANDRA: "no data: ./lakehouse stream write brings some",
    PROMETHEUS: "no figures: ./lakehouse status says what runs",
}
_KINDS: dict[str, Any] = {
    "timeseries": timeseries.Panel,
    "stat": stat.Panel,
    "table": table.Panel,
    "bargauge": bargauge.Panel,
    "statetimeline": statetimeline.Panel,
}


class CassandraQuery(Dataquery):
    """A query as the plugin for Cassandra stores it; the SDK knows none of that plugin."""

    def __init__(self, ref_id: str, cql: str, alias: str) -> None:
        self._stored = {
            "refId": ref_id,
            "datasource": {"type": CASSANDRA, "uid": UIDS[CASSANDRA]},
            "queryType": "query",
            "rawQuery": True,
            "target": cql,
            "alias": alias,
        }

    def to_json(self) -> dict[str, object]:
        """What stands in the dashboard."""
        return self._stored


class _CassandraBuilder(Builder[Dataquery]):
    def __init__(self, query: CassandraQuery) -> None:
        self._query = query

    def build(self) -> Dataquery:
        return self._query


def render(board: Board) -> str:
    """The JSON of a dashboard."""
    builder = (
        dashboard.Dashboard(board.title)
        .uid(board.uid)
        .description(board.description)
        .tags(["lakehouse"])
        # days and minutes of the live tables are those of UTC
        .timezone("utc")
        .refresh(_REFRESH)
        .time(f"now-{board.span}", "now")
        .readonly()
    )
    for variable in board.variables:
        builder.with_variable(_variable(variable))
    for row in board.rows:
        builder.with_row(dashboard.Row(row.title))
        for panel in row.panels:
            builder.with_panel(_panel(panel))
    return JSONEncoder(sort_keys=True, indent=2).encode(builder.build()) + "\n"


def _reference(source: str) -> DataSourceRef:
    return DataSourceRef(type_val=source, uid=UIDS[source])


def _variable(variable: Variable) -> dashboard.QueryVariable:
    builder = (
        dashboard.QueryVariable(variable.name)
        .datasource(_reference(PROMETHEUS))
        .query(variable.query)
        .regex(variable.pattern and f"/{variable.pattern}/")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
    )
    if variable.is_chosen:
        return builder.multi(True).include_all(True).all_value(".*")
    return builder.hide(VariableHide.HIDE_VARIABLE)


def _panel(panel: Panel) -> Any:
    builder = (
        _KINDS[panel.kind]()
        .title(panel.title)
        .description(panel.description)
        .datasource(_reference(panel.source))
        .unit(panel.unit)
        .span(panel.width)
        .height(_STAT_HEIGHT if panel.kind == "stat" else _HEIGHT)
        .no_value(_NOTHING[panel.source])
    )
    for ref_id, query in zip("ABCDEF", panel.queries, strict=False):
        builder.with_target(_target(ref_id, query))
    for name, options in _transformations(panel):
        builder.with_transformation(DataTransformerConfig(id_val=name, options=options))
    if panel.last:
        builder.time_from(panel.last)
    if panel.most is not None:
        builder.min(0).max(panel.most)
    _shape(builder, panel)
    return builder


def _target(ref_id: str, query: Query) -> Any:
    if query.source == CASSANDRA:
        return _CassandraBuilder(CassandraQuery(ref_id, query.text, query.legend))
    builder = prometheus_builder.Dataquery().ref_id(ref_id).expr(query.text)
    builder.datasource(_reference(PROMETHEUS)).legend_format(query.legend)
    if query.latest:
        builder.instant()
        return builder if query.legend else builder.format(PromQueryFormat.TABLE)
    return builder.range()


def _transformations(panel: Panel) -> list[tuple[str, dict[str, Any]]]:
    """What makes one table of the frames that the plugin gives, one for each first column."""
    found: list[tuple[str, dict[str, Any]]] = []
    if panel.source == CASSANDRA and panel.kind == "timeseries":
        # the newest row comes first in a partition
        found.append(("sortBy", {"sort": [{"field": "window_start"}]}))
    if panel.source == CASSANDRA and panel.kind == "table":
        found.append(("merge", {}))
    if panel.total_by:
        fields: dict[str, Any] = {panel.total_by: {"operation": "groupby", "aggregations": []}}
        for column in panel.totals:
            fields[column] = {"operation": "aggregate", "aggregations": ["sum"]}
        found.append(("groupBy", {"fields": fields}))
        found.append(("sortBy", {"sort": [{"field": f"{panel.totals[0]} (sum)", "desc": True}]}))
        found.append(("limit", {"limitField": _MOST_ROWS}))
    if panel.newest_by:
        found.append(("sortBy", {"sort": [{"field": panel.newest_by, "desc": True}]}))
    if panel.hidden:
        found.append(("organize", {"excludeByName": dict.fromkeys(panel.hidden, True)}))
    return found


def _shape(builder: Any, panel: Panel) -> None:
    """What only one kind of panel knows."""
    if panel.product:
        builder.override_by_name(panel.product, [_SHORT_ID])
    if panel.kind == "timeseries":
        builder.fill_opacity(20 if panel.stacked else 5)
        mode = StackingMode.NORMAL if panel.stacked else StackingMode.NONE
        builder.stacking(common.StackingConfig().mode(mode))
    if panel.kind == "statetimeline":
        below, from_one = ("red", "green") if panel.good else ("green", "red")
        steps = [Threshold(value=None, color=below), Threshold(value=1, color=from_one)]
        builder.thresholds(dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps))
        builder.color_scheme(dashboard.FieldColor().mode(FieldColorModeId.THRESHOLDS))
    if panel.kind in ("stat", "bargauge"):
        builder.reduce_options(common.ReduceDataOptions().calcs([panel.reduced_by]))
    if panel.kind == "bargauge":
        builder.orientation(VizOrientation.HORIZONTAL).display_mode(BarGaugeDisplayMode.BASIC)
