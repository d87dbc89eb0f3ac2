"""The data dictionary names everything."""

from __future__ import annotations

import re
from pathlib import Path

from lakehouse.contracts import streams
from lakehouse.contracts.model import Layer
from lakehouse.registry import catalog, dictionary
from lakehouse.streams import queries


def test_every_table_and_column_has_its_line() -> None:
    lines = dictionary.render().splitlines()

    for tables in catalog.LAYERS.values():
        for table in tables:
            start = lines.index(f"### {table.full_name}")
            section = lines[start : start + len(table.columns) + 15]
            for column in table.columns:
                assert any(line.startswith(f"| `{column.name}` |") for line in section)


def test_every_check_has_its_line() -> None:
    page = dictionary.render()

    for tables in catalog.LAYERS.values():
        for table in tables:
            for check in (*table.rules, *table.references):
                assert f"| {check.name} |" in page


def test_topics_reasons_and_live_tables_have_their_lines() -> None:
    page = dictionary.render()

    for stream in catalog.STREAMS:
        assert all(f"| `{topic.name}` |" in page for topic in stream.topics)
        assert f"- Made from topic `{stream.clean.name}`" in page
    assert all(f"- `{reason.name}`: " in page for reason in streams.REASONS)
    for table in catalog.LIVE_TABLES:
        section = page.split(f"### {table.full_name}\n")[1].split("\n### ")[0]
        assert all(f"| `{column.name}` |" in section for column in table.columns)
    for question in catalog.QUESTIONS:
        assert f"| {question.name} | `{question.cql}` |" in page


def test_cells_do_not_break_the_table() -> None:
    tables = [line for line in dictionary.render().splitlines() if line.startswith("|")]

    assert {line.count("|") for line in tables} == {4, 5, 7}


def test_totals_of_gold_name_columns_that_exist() -> None:
    tables = {t.full_name: t for listed in catalog.LAYERS.values() for t in listed}
    totals = re.findall(r"is kept from `([\w.]+)\.(\w+)`", dictionary.render())

    assert ("gold.fact_order_item", "price") in totals
    for table, column in totals:
        known = {c.origin for c in tables[table].columns} | set(tables[table].column_names)
        assert column in known, f"{table}.{column}"


def test_architecture_states_what_the_contracts_and_queries_say(root: Path) -> None:
    page = (root / "docs" / "architecture.md").read_text(encoding="utf-8")
    batch = list(catalog.batch(Layer.GOLD))
    dimensions = [table for table in batch if table.is_dimension]
    others = [table for table in batch if not table.is_dimension]
    summaries = [t for t in others if catalog.read_by(t, t.reads[0]).layer is Layer.GOLD]
    facts = len(others) - len(summaries)

    assert f'dims["{len(dimensions)} dimensions"]' in page
    assert f'facts["{facts} facts, {len(summaries)} summaries"]' in page
    assert f"| {len(dimensions)} dimensions, {facts} facts, {len(summaries)} summaries |" in page
    seconds = queries._WINDOW_EVERY.removesuffix(" seconds")
    assert f"batches of {seconds} s" in page
