"""Dashboards, alert rules and provisioning: they name only what there is."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from lakehouse.contracts import cassandra
from lakehouse.platform.settings import PROJECT, Settings
from lakehouse.registry import catalog
from lakehouse.serving.dashboard.words import product as shown_product
from lakehouse.serving.grafana.alerts import ALERTS
from lakehouse.serving.grafana.boards import BOARDS
from lakehouse.serving.grafana.files import GRAFANA_RULES, PROMETHEUS_RULES, TITLES
from lakehouse.serving.grafana.panels import CASSANDRA, PROMETHEUS, UIDS
from lakehouse.serving.grafana.queries import (
    GrafanaError,
    PanelQuery,
    dashboards,
    fill,
    panel_queries,
)
from lakehouse.serving.metrics.declared import METRICS, OF_OTHERS

PROVISIONING = PROJECT / "grafana/provisioning"
QUERIES = [query for board in dashboards() for query in panel_queries(board)]
TABLES = {table.full_name: table for table in catalog.LIVE_TABLES}
CQL_FUNCTIONS = {"CAST", "to_date"}
CQL_WORDS = {"AS", "double", "timestamp", "AND", "IN"}
PROMQL_WORDS = {
    *("rate", "increase", "avg", "sum", "min", "max", "by", "time", "vector"),
    *("label_replace", "count_values", "year", "month", "day_of_month", "hour", "minute"),
}


def named(query: PanelQuery) -> str:
    return f"{query.dashboard}-{query.panel}-{query.ref_id}"


def of(source: str) -> list[PanelQuery]:
    return [query for query in QUERIES if query.source == source]


def words(cql: str) -> set[str]:
    """Names in a piece of CQL, without what is quoted, filled in, or CQL's own."""
    bare = re.sub(r"'[^']*'|\$\w+", "", cql)
    return set(re.findall(r"[A-Za-z_]\w*", bare)) - CQL_FUNCTIONS - CQL_WORDS


def metrics(promql: str) -> set[str]:
    """Names of figures in PromQL, without labels, spans and functions."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|by \([^)]*\)|\"[^\"]*\"", "", promql)
    return {word for word in re.findall(r"[A-Za-z_]\w*", bare) if word not in PROMQL_WORDS}


def test_there_are_the_three_dashboards() -> None:
    assert tuple(board["title"] for board in dashboards()) == TITLES
    assert {board.title for board in BOARDS} == set(TITLES)
    assert len({board["uid"] for board in dashboards()}) == len(TITLES)
    declared = [query for board in BOARDS for panel in board.panels for query in panel.queries]
    assert len(of(CASSANDRA)) + len(of(PROMETHEUS)) == len(QUERIES) == len(declared)
    assert of(CASSANDRA) and of(PROMETHEUS)


def test_no_dashboard_at_all_is_told(tmp_path: Path) -> None:
    with pytest.raises(GrafanaError, match="no dashboard"):
        list(dashboards(tmp_path))


@pytest.mark.parametrize("query", of(CASSANDRA), ids=named)
def test_a_panel_names_a_table_its_columns_and_its_partition(query: PanelQuery) -> None:
    match = re.fullmatch(r"SELECT (.+) FROM (\S+) WHERE (.+?)(?: LIMIT \d+)?", query.text)
    assert match is not None, query.text
    selected, name, conditions = match.groups()
    table = TABLES[name]
    aliases = set(re.findall(r" AS (\w+)(?:,|$)", selected)) | {"revenue"}

    assert words(selected) - aliases <= {column.name for column in table.columns}
    assert words(conditions) <= set(table.key)
    restricted = set(re.findall(r"(\w+) (?:=|IN) ", conditions))
    assert set(table.partition) <= restricted


@pytest.mark.parametrize("query", of(CASSANDRA), ids=named)
def test_a_panel_asks_for_nothing_that_the_plugin_cannot_read(query: PanelQuery) -> None:
    selected = query.text.removeprefix("SELECT ").split(" FROM ")[0]
    table = TABLES[query.text.split(" FROM ")[1].split()[0]]
    kinds = {column.name: cassandra.cql_type(column.type) for column in table.columns}
    plain = [column for column in selected.split(", ") if "CAST" not in column]

    assert not {kinds[column] for column in plain} & {"decimal", "date"}
    # the first column names the series: a null would be refused
    assert plain[0] == selected.split(", ")[0]


@pytest.mark.parametrize("query", of(PROMETHEUS), ids=named)
def test_a_panel_names_a_figure_that_is_published(query: PanelQuery) -> None:
    assert metrics(query.text)
    assert metrics(query.text) <= {metric.name for metric in METRICS} | OF_OTHERS


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.uid)
def test_an_alert_names_a_figure_that_is_published(alert) -> None:
    assert metrics(alert.expression)
    assert metrics(alert.expression) <= {metric.name for metric in METRICS} | OF_OTHERS


def test_labels_that_texts_name_are_there() -> None:
    labels = {label for metric in METRICS for label in metric.labels} | {"job", "instance"}
    texts = [alert.expression + alert.summary + alert.todo for alert in ALERTS]
    texts += [query.text for query in of(PROMETHEUS)]
    found = {
        label
        for text in texts
        for label in re.findall(r"\$labels\.(\w+)|[{,](\w+)=~?\"", text)
        for label in label
        if label
    }
    of_nodes = {"mode", "device"}
    assert {"server", "stream", "dag_id"} <= found
    assert found <= labels | of_nodes


def loaded(file: str) -> Any:
    return yaml.safe_load((PROVISIONING / file).read_text("utf-8"))


PRODUCT = "4d2a9c31f0e84b7d9a6c5b4e3f2a1d0c"
# columns with product ids, by what a query holds
PRODUCT_COLUMNS = {"product_id": "product_id", "'clickstream.product'": "dimension"}


def product_panels() -> list[tuple[str, str, dict[str, Any]]]:
    """Title, column with product ids and overrides by column, of each panel with such a column."""
    return [
        (panel["title"], column, overrides(panel))
        for board in dashboards()
        for panel in board["panels"]
        for text, column in PRODUCT_COLUMNS.items()
        if any(text in target.get("target", "") for target in panel.get("targets", ()))
    ]


def overrides(panel: dict[str, Any]) -> dict[str, Any]:
    return {
        one["matcher"]["options"]: {each["id"]: each["value"] for each in one["properties"]}
        for one in panel["fieldConfig"].get("overrides", ())
    }


def test_products_are_shown_by_short_id_as_on_the_live_page() -> None:
    found = product_panels()
    assert {title for title, _, _ in found} == {"Top products of the last hour", "Latest events"}
    for title, column, overridden in found:
        (mapping,) = overridden[column]["mappings"]
        pattern = mapping["options"]["pattern"].strip("/")
        text = mapping["options"]["result"]["text"].replace("$", "\\")
        assert re.sub(pattern, text, PRODUCT) == shown_product(PRODUCT, None).split()[1], title
        assert re.sub(pattern, text, "prod_8199") == "prod_8199"


def test_data_sources_have_the_uids_that_panels_name() -> None:
    sources = loaded("datasources/lakehouse.yaml")["datasources"]
    assert {source["type"]: source["uid"] for source in sources} == UIDS
    keyspace = next(s for s in sources if s["type"] == CASSANDRA)["jsonData"]["keyspace"]
    assert keyspace == cassandra.KEYSPACE


def test_provisioning_names_only_settings() -> None:
    found = {
        name
        for file in PROVISIONING.rglob("*.yaml")
        for name in re.findall(r"(?<![$])\$(LAKEHOUSE_\w+)", file.read_text("utf-8"))
    }
    known = {f"LAKEHOUSE_{name.upper()}" for name in Settings.model_fields}
    assert found <= known
    assert "LAKEHOUSE_ALERT_MAIL_TO" in found


def test_both_watch_the_same_rules() -> None:
    by_grafana = yaml.safe_load((PROJECT / GRAFANA_RULES).read_text())["groups"][0]["rules"]
    by_prometheus = yaml.safe_load((PROJECT / PROMETHEUS_RULES).read_text())["groups"][0]["rules"]
    for alert, one, other in zip(ALERTS, by_grafana, by_prometheus, strict=True):
        figure, limit = one["data"]
        evaluator = limit["model"]["conditions"][0]["evaluator"]
        sign = {"gt": ">", "lt": "<"}[evaluator["type"]]
        assert other["alert"] == alert.uid
        assert other["expr"] == f"{figure['model']['expr']} {sign} {evaluator['params'][0]}"
        assert (one["for"], one["labels"]) == (other["for"], other["labels"])
        assert figure["datasourceUid"] == UIDS[PROMETHEUS]
        assert one["condition"] == limit["refId"]


def test_a_runbook_that_an_alert_names_is_there() -> None:
    named_pages = re.findall(r"docs/\S+\.md", " ".join(alert.todo for alert in ALERTS))
    assert named_pages
    assert [page for page in named_pages if not (PROJECT / page).exists()] == []


def test_macros_are_filled_in_as_milliseconds() -> None:
    start = dt.datetime(2026, 1, 31, 22, tzinfo=dt.UTC)
    end = start + dt.timedelta(hours=1)
    text = "hour = '${hour}' AND t >= $__timeFrom AND t < $__timeTo"
    assert fill(text, start, end, {"hour": "2026-01-31T23"}) == (
        "hour = '2026-01-31T23' AND t >= 1769896800000 AND t < 1769900400000"
    )
    with pytest.raises(GrafanaError, match=r"nobody fills in \$hour"):
        fill(text, start, end, {})
