"""The data dictionary names everything."""

from __future__ import annotations

from lakehouse.contracts import cassandra, catalog, dictionary, streams


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

    for stream in streams.STREAMS:
        assert all(f"| `{topic.name}` |" in page for topic in stream.topics)
        assert f"- Made from topic `{stream.clean.name}`" in page
    assert all(f"- `{reason.name}`: " in page for reason in streams.REASONS)
    for table in cassandra.TABLES:
        section = page.split(f"### {table.full_name}\n")[1].split("\n### ")[0]
        assert all(f"| `{column.name}` |" in section for column in table.columns)
    for question in cassandra.QUESTIONS:
        assert f"| {question.name} | `{question.cql}` |" in page


def test_cells_do_not_break_the_table() -> None:
    tables = [line for line in dictionary.render().splitlines() if line.startswith("|")]

    assert {line.count("|") for line in tables} == {4, 5, 7}
