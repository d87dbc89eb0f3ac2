"""Generated data is byte for byte that of the commit before, unless `fingerprints.json` changes.

Figures in tests and in docs, and tables of lakes that others built, depend on what a seed gives.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from lakehouse.workloads.shop.generator import generate
from lakehouse.workloads.weblogs.generator.entries import Entry
from lakehouse.workloads.weblogs.generator.shop import invented_shop
from lakehouse.workloads.weblogs.generator.traffic import Traffic

FILE = Path(__file__).with_name("fingerprints.json")
EXPECTED: dict[str, str] = json.loads(FILE.read_text(encoding="utf-8"))


def fingerprint(content: bytes) -> str:
    """A short hash, long enough to notice a change."""
    return hashlib.sha256(content).hexdigest()[:16]


def of_shop(folder: Path, *, defects: bool) -> dict[str, str]:
    """Fingerprints of the files of 300 orders, by name."""
    generate(300, 1, folder, defects=defects)
    kind = "shop with defects" if defects else "shop"
    return {f"{kind}: {file.name}": fingerprint(file.read_bytes()) for file in folder.iterdir()}


def of_logs() -> dict[str, str]:
    """Fingerprints of 2,000 lines of both logs without their moments."""
    lines = Traffic(invented_shop(), seed=1, share_clicks=0.5, rate=100).take(2_000)
    return {
        "weblogs: requests": fingerprint(_joined(lines.requests)),
        "weblogs: clicks": fingerprint(_joined(lines.clicks)),
    }


def _joined(entries: Iterable[Entry]) -> bytes:
    return b"\n".join(entry.head + b"|" + entry.tail for entry in entries)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    made = of_logs()
    for defects in (False, True):
        made |= of_shop(tmp_path_factory.mktemp("orders"), defects=defects)
    return dict(sorted(made.items()))


def test_generated_data_is_that_of_the_commit_before(found: dict[str, str], tmp_path: Path) -> None:
    actual = tmp_path / FILE.name
    actual.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    changed = sorted(name for name, one in found.items() if EXPECTED.get(name) != one)
    assert found == EXPECTED, f"changed: {changed}; if that is meant: cp {actual} {FILE}"
