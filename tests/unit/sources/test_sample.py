"""The real sample, where it is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lakehouse.sources.files import find_source_files
from lakehouse.sources.validation import validate

ROWS = {
    "customers": 3000,
    "geolocation": 8940,
    "order_items": 3397,
    "order_payments": 3170,
    "order_reviews": 2993,
    "orders": 3000,
    "products": 2452,
    "sellers": 938,
    "marketing_qualified_leads": 8000,
    "closed_deals": 842,
}


def test_sample_is_valid(root: Path) -> None:
    folder = Path(os.environ.get("LAKEHOUSE_SAMPLE_DATA", root.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no sample: name its folder in LAKEHOUSE_SAMPLE_DATA")
    rows = {file.table.name: validate(file).rows for file in find_source_files(folder)}
    assert rows | ROWS == rows
    assert len(rows) == 11
