"""Names tell what a column is; nothing is abbreviated; gold holds what every tool can read."""

from __future__ import annotations

import re

import pytest

from lakehouse.contracts.model import Layer, Table
from lakehouse.registry import catalog

# names of the sources are as published, misspellings and all
TABLES = [
    table for layer in (Layer.SILVER, Layer.GOLD, Layer.QUALITY) for table in catalog.LAYERS[layer]
]
SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
SHORT_OR_MISSPELT = set(
    re.findall(
        r"\w+",
        "qty lenght cm g kg lat lng lon sdr sr nr num no desc cnt amt val ts dt pct cat prod cust"
        " addr avg min max msg st geo",
    )
)
BY_TYPE = {
    "BOOLEAN": r"(is|has)_\w+",
    "TIMESTAMP": r"\w+_at|valid_(from|to)",
    "DATE": r"(\w+_)?date(_key)?",
    "BIGINT": r"\w+_(key|rows|id|sent|count)",
}
PREFIXES = {"is": "BOOLEAN", "has": "BOOLEAN"}
SUFFIXES = {"at": "TIMESTAMP", "date": "DATE"}
MONEY_WORDS = {"price", "freight", "value", "total", "allocated", "difference", "revenue"}


every_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.full_name)


@every_table
def test_column_names(table: Table) -> None:
    for name, type_ in ((column.name, column.type) for column in table.columns):
        words = name.split("_")
        assert SNAKE_CASE.fullmatch(name), name
        assert not SHORT_OR_MISSPELT & set(words), name
        assert re.fullmatch(BY_TYPE.get(type_, r"\w+"), name), name
        assert PREFIXES.get(words[0], type_) == type_, name
        assert SUFFIXES.get(words[-1], type_) == type_, name
        assert "id" not in words[:-1], f"{name}: an identifier ends in _id"
        assert name != "id", "an identifier names its object"


@every_table
def test_money_is_decimal(table: Table) -> None:
    for column in table.columns:
        if MONEY_WORDS & set(column.name.split("_")) or "BRL" in column.description:
            assert column.type.startswith("DECIMAL("), column.name


@every_table
def test_types_are_plain(table: Table) -> None:
    plain = r"STRING|INT|BIGINT|BOOLEAN|DATE|TIMESTAMP|DOUBLE|DECIMAL\(\d+,\d+\)"
    assert all(re.fullmatch(plain, column.type) for column in table.columns)


@every_table
def test_everything_is_described_in_words_without_a_full_stop(table: Table) -> None:
    descriptions = [table.description, *(column.description for column in table.columns)]

    assert all(text and not text.endswith(".") for text in descriptions)


@pytest.mark.parametrize("layer", list(catalog.LAYERS))
def test_table_names_are_unique_and_in_snake_case(layer: Layer) -> None:
    names = [table.name for table in catalog.LAYERS[layer]]

    assert len(set(names)) == len(names)
    assert all(SNAKE_CASE.fullmatch(name) for name in names)
    if layer is Layer.GOLD:
        assert all(name.startswith(("dim_", "fact_")) for name in names)
