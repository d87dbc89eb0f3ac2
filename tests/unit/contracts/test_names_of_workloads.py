"""The core names no stream, database or data set of a workload, but for explained lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lakehouse.platform.settings import PROJECT
from lakehouse.registry import catalog

CORE = ("src/lakehouse", "services", "containers", "dags", "spark-apps")
ROOT = ("Dockerfile", "docker-compose.yml", "lakehouse", "init.sh", "after-compose.sh")
# names of streams and source databases, and of the published data
NAMES = {
    *(stream.name for stream in catalog.STREAMS),
    *(table.source_database for table in catalog.LAYERS["source"]),
    "olist",
}
WORD = re.compile(rf"\b(?:{'|'.join(sorted(NAMES))})\b", re.IGNORECASE)
_FORMAT = "setting LAKEHOUSE_ACCESS_LOG_FORMAT, whose name is public"
_WALKTHROUGH = "command of the original walkthrough, whose name people know"
EXPLAINED = {
    "src/lakehouse/platform/settings.py": f"the {_FORMAT}",
    "src/lakehouse/streams/parsing.py": f"value of the {_FORMAT}, for parsers",
    "src/lakehouse/streams/queries.py": f"reads the {_FORMAT}",
    "containers/walkthrough.sh": _WALKTHROUGH,
    "spark-apps/streaming/clickStreaming.py": _WALKTHROUGH,
    "spark-apps/streaming/clickStreaming.sh": _WALKTHROUGH,
    "spark-apps/streaming/logStreaming.py": _WALKTHROUGH,
    "spark-apps/streaming/logStreaming.sh": _WALKTHROUGH,
}


def naming(text: str) -> set[str]:
    """Names of streams and databases in a text, as words or as parts of `snake_case` names."""
    return {found.group().lower() for found in WORD.finditer(text.replace("_format", ""))}


def files() -> list[Path]:
    """Files of the core that are written by hand."""
    below = (file for folder in CORE for file in (PROJECT / folder).rglob("*") if file.is_file())
    return [
        file
        for file in (*below, *(PROJECT / name for name in ROOT))
        if not {"workloads", "__pycache__", "target"} & set(file.parts)
    ]


def mentioning(paths: list[Path]) -> set[str]:
    found = set()
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if naming(text):
            found.add(str(path.relative_to(PROJECT)))
    return found


def test_only_explained_files_name_a_workload_s_data() -> None:
    assert mentioning(files()) == set(EXPLAINED)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM access_log", {"access_log"}),
        ("access_log_format", {"access_log"}),
        ("/bronze/ecom/orders", {"ecom"}),
        ("the ClickStream", {"clickstream"}),
        ("become, decompress", set()),
    ],
)
def test_names_are_found_as_words(text: str, expected: set[str]) -> None:
    assert naming(text) == expected
