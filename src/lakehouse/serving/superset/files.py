"""The files below `superset/`: what Superset imports, written by `./lakehouse docs`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from lakehouse.serving.superset import dashboards
from lakehouse.serving.superset.datasets import DATABASE_NAME, identity
from lakehouse.serving.superset.declared import DATASETS, PAGES

FOLDER = Path("superset")
# services/superset puts the engine's address and login in the place of this at each connection
ENGINE = "hive+http://lakehouse-engine/gold"


def files() -> Mapping[Path, Callable[[], str]]:
    """Each file, and what it should hold."""
    charts = [chart for page in PAGES for chart in page.charts]
    contents: dict[str, Callable[[], dict[str, Any]]] = {
        "metadata.yaml": _metadata,
        "databases/lakehouse.yaml": _database,
        **{f"datasets/{dataset.name}.yaml": dataset.render for dataset in DATASETS},
        **{f"charts/{_file_name(chart.title)}.yaml": chart.render for chart in charts},
        **{f"dashboards/{page.slug}.yaml": partial(dashboards.render, page) for page in PAGES},
    }
    return {FOLDER / name: partial(_written, content) for name, content in contents.items()}


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines, as queries are, line by line."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def _written(content: Callable[[], dict[str, Any]]) -> str:
    return yaml.dump(content(), Dumper=_Dumper, allow_unicode=True, width=100)


def _file_name(title: str) -> str:
    letters = "".join(letter if letter.isalnum() else " " for letter in title.lower())
    return "_".join(letters.split())


def _metadata() -> dict[str, Any]:
    # a moment is asked for; one that never changes keeps the files the same
    return {"version": "1.0.0", "type": "assets", "timestamp": "2026-01-01T00:00:00+00:00"}


def _database() -> dict[str, Any]:
    return {
        "database_name": DATABASE_NAME,
        "sqlalchemy_uri": ENGINE,
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        "extra": {"allows_virtual_table_explore": True},
        "uuid": identity("database"),
        "version": "1.0.0",
    }
