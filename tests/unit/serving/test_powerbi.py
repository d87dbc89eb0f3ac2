"""The Power BI project as it lies in the repository: whole, read by others' parsers."""

from __future__ import annotations

import io
import json
import shutil
import time
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pbi_parsers.dax
import pbi_parsers.pq
import pbir_utils
import pytest

from lakehouse.contracts.model import Layer
from lakehouse.registry import catalog
from lakehouse.serving.powerbi import project, star, template
from lakehouse.serving.reports.measures import MEASURES, PARAMETERS
from lakehouse.serving.reports.pages import PAGES
from unit.serving import pbip


@pytest.fixture
def folder(root: Path) -> Path:
    return root / project.FOLDER


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """A copy to break."""
    return shutil.copytree(folder, tmp_path / "powerbi")


def test_the_folder_holds_generated_files_and_nothing_else(root: Path) -> None:
    there = {
        file.relative_to(root) for file in (root / project.FOLDER).rglob("*") if file.is_file()
    }
    assert there == set(project.files())


def test_every_name_exists(folder: Path) -> None:
    assert pbip.problems(folder) == []


def test_every_gold_table_and_column_is_in_the_model(folder: Path) -> None:
    known = pbip.fields(folder)
    for table in catalog.LAYERS[Layer.GOLD]:
        roles = [each.name for each in star.tables() if each.source == table]
        assert roles
        for role in roles:
            assert set(table.column_names) <= known[role]


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        (
            "Lakehouse.SemanticModel/definition/tables/fact_order.tmdl",
            "sourceColumn: days_late",
            "sourceColumn: days_overdue",
            "fact_order.tmdl: gold.fact_order has no column days_overdue",
        ),
        (
            "Lakehouse.SemanticModel/definition/tables/fact_order.tmdl",
            'Name = "fact_order"',
            'Name = "fact_orders"',
            "fact_order.tmdl: gold has no table fact_orders",
        ),
        (
            "Lakehouse.SemanticModel/definition/relationships.tmdl",
            "toColumn: dim_customer.customer_key",
            "toColumn: dim_customer.client_key",
            "relationships.tmdl: the model has no dim_customer.client_key",
        ),
        (
            "Lakehouse.Report/definition/pages/warehouse/visuals/revenue/visual.json",
            '"Property": "Revenue"',
            '"Property": "Turnover"',
            "revenue/visual.json: the model has no fact_order_item.Turnover",
        ),
    ],
)
def test_a_missing_name_is_told_with_its_file(
    file: str, before: str, after: str, told: str, copy: Path
) -> None:
    text = (copy / file).read_text("utf-8")
    assert before in text
    (copy / file).write_text(text.replace(before, after, 1), "utf-8")
    assert any(problem.endswith(told) for problem in pbip.problems(copy))


def test_dax_is_understood_by_a_published_parser(folder: Path) -> None:
    written = [m["expression"] for t in pbip.tables(folder).values() for m in t.get("measures", ())]
    # one per measure, and one per parameter that holds its value
    assert len(written) == len(MEASURES) + len(PARAMETERS)
    for expression in written:
        assert pbi_parsers.dax.to_ast(expression) is not None
    with pytest.raises(ValueError, match="Unterminated"):
        pbi_parsers.dax.to_ast("SUM(fact_order_item[price")


def test_power_query_is_understood_by_a_published_parser(folder: Path) -> None:
    read = 0
    for table in pbip.tables(folder).values():
        text = table["file"].read_text("utf-8")
        if "directQuery" in text:
            query = text.partition("source =\n")[2]
            assert "ApacheSpark.Tables" in str(pbi_parsers.pq.to_ast(query))
            read += 1
    assert read == len(star.tables())
    with pytest.raises(ValueError, match="Unterminated"):
        pbi_parsers.pq.to_ast('let Source = "open in Source')


def test_the_report_keeps_the_rules_of_a_published_checker(folder: Path) -> None:
    found = pbir_utils.validate_report(str(folder / "Lakehouse.Report"), strict=False)
    assert found.passed == len(found.results)
    assert found.failed == 0


def test_a_report_that_breaks_a_rule_of_the_checker_is_found(copy: Path) -> None:
    page = next((copy / pbip.REPORT / "pages").glob("*/page.json"))
    content = json.loads(page.read_text("utf-8")) | {"displayName": "Page 1"}
    page.write_text(json.dumps(content), "utf-8")
    assert pbir_utils.validate_report(str(copy / "Lakehouse.Report"), strict=False).violations


def test_a_slicer_stands_on_each_page_and_all_parameters_can_be_moved(folder: Path) -> None:
    for page in PAGES:
        slicers = [
            json.loads(file.read_text("utf-8"))
            for file in (folder / pbip.REPORT / "pages" / page.name).rglob("visual.json")
            if '"slicer"' in file.read_text("utf-8")
        ]
        assert len(slicers) == len(page.slicers) + len(page.parameters)


def test_no_two_visuals_overlap_and_none_leaves_the_page(folder: Path) -> None:
    for page in (folder / pbip.REPORT / "pages").iterdir():
        if not page.is_dir():
            continue
        size = json.loads((page / "page.json").read_text("utf-8"))
        places = [
            json.loads(file.read_text("utf-8"))["position"] for file in page.rglob("visual.json")
        ]
        for place in places:
            assert place["x"] + place["width"] <= size["width"]
            assert place["y"] + place["height"] <= size["height"]
        for number, one in enumerate(places):
            assert not any(_overlap(one, other) for other in places[number + 1 :])


def _overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    return (
        one["x"] < other["x"] + other["width"]
        and other["x"] < one["x"] + one["width"]
        and one["y"] < other["y"] + other["height"]
        and other["y"] < one["y"] + one["height"]
    )


def test_filters_have_one_way_from_table_to_table() -> None:
    ways: dict[str, list[str]] = {}
    for each in star.relationships():
        if each.active:
            ways.setdefault(each.table, []).append(each.to_table)
    assert ways
    for table in ways:
        assert max(Counter(_reached(table, ways)).values()) == 1, table


def _reached(table: str, ways: dict[str, list[str]]) -> list[str]:
    found = []
    for each in ways.get(table, ()):
        found += [each, *_reached(each, ways)]
    return found


def test_keys_are_hidden_and_days_are_not(folder: Path) -> None:
    items = (folder / pbip.MODEL / "tables/fact_order_item.tmdl").read_text("utf-8")
    assert "column customer_key\n\t\tdataType: int64\n\t\tisHidden" in items
    day = (folder / pbip.MODEL / "tables/purchase_date.tmdl").read_text("utf-8")
    assert "column date_key\n\t\tdataType: dateTime\n\t\tisKey" in day


def test_the_host_is_asked_for_and_stands_nowhere_else(folder: Path) -> None:
    asked = (folder / pbip.MODEL / "expressions.tmdl").read_text("utf-8")
    assert 'expression Host = "127.0.0.1" meta [IsParameterQuery=true' in asked
    for file in folder.rglob("*.tmdl"):
        if file.name != "expressions.tmdl":
            assert "127.0.0.1" not in file.read_text("utf-8")


def test_the_template_holds_the_same_model_and_report(folder: Path) -> None:
    parts = zipfile.ZipFile(io.BytesIO(template.package()))
    schema = _part(parts, "DataModelSchema")["model"]
    assert {
        table["name"]: {each["name"] for each in (*table["columns"], *table.get("measures", ()))}
        for table in schema["tables"]
    } == pbip.fields(folder)
    layout = _part(parts, "Report/Layout")
    for page, section in zip(PAGES, layout["sections"], strict=True):
        configs = [json.loads(each["config"]) for each in section["visualContainers"]]
        names = {config["name"] for config in configs}
        assert {visual.name for visual in page.visuals} <= names
        for config in configs:
            query = config["singleVisual"]["prototypeQuery"]
            known = {source["Name"] for source in query["From"]}
            for selected in query["Select"]:
                (kind,) = set(selected) - {"Name"}
                assert selected[kind]["Expression"]["SourceRef"]["Source"] in known


def test_template_does_not_depend_on_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    first = template.package()
    later = time.localtime(time.time() + 86_400)
    monkeypatch.setattr("zipfile.time.localtime", lambda *_: later)
    assert template.package() == first


def _part(archive: zipfile.ZipFile, name: str) -> Any:
    assert name in archive.read("[Content_Types].xml").decode("utf-8")
    return json.loads(archive.read(name).decode("utf-16-le"))
