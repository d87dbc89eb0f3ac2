"""The whole Power BI project by file: what opens it, the semantic model, the report."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from lakehouse.serving.powerbi import report, tmdl

FOLDER = Path("powerbi")
NAME = "Lakehouse"
_SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric"


def files() -> dict[Path, Callable[[], str]]:
    """What writes each file, by its path in the project."""
    texts = {
        f"{NAME}.pbip": _json(
            "pbip/pbipProperties/1.0.0",
            {
                "version": "1.0",
                "artifacts": [{"report": {"path": f"{NAME}.Report"}}],
                "settings": {"enableAutoRecovery": True},
            },
        ),
        f"{NAME}.SemanticModel/definition.pbism": _json(
            "item/semanticModel/definitionProperties/1.0.0", {"version": "4.2", "settings": {}}
        ),
        f"{NAME}.Report/definition.pbir": _json(
            "item/report/definitionProperties/2.0.0",
            {
                "version": "4.0",
                "datasetReference": {"byPath": {"path": f"../{NAME}.SemanticModel"}},
            },
        ),
        **_below(f"{NAME}.SemanticModel/definition", tmdl.files()),
        **_below(f"{NAME}.Report/definition", report.files()),
    }
    return {FOLDER / name: partial(str, text) for name, text in texts.items()}


def _below(folder: str, texts: dict[str, str]) -> dict[str, str]:
    return {f"{folder}/{name}": text for name, text in texts.items()}


def _json(schema: str, node: dict[str, object]) -> str:
    return json.dumps({"$schema": f"{_SCHEMAS}/{schema}/schema.json", **node}, indent=2) + "\n"
