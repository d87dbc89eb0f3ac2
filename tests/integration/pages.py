"""The pages of the live dashboard, as a browser asks for them."""

from __future__ import annotations

from typing import Any

import requests


class Browser:
    """Calls the callbacks of the pages as a browser does.

    Args:
        root: address of the live dashboard.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        callbacks = requests.get(f"{self.root}/_dash-dependencies", timeout=20).json()
        self._live = next(one for one in callbacks if "picture-requests" in one["output"])
        self._portal = next(one for one in callbacks if "portal-servers" in one["output"])

    def live(self, **choices: Any) -> dict[str, Any]:
        """What a new viewer of the live page gets."""
        chosen = {
            "tick": 0,
            "range": 60,
            "statuses": ["2xx", "3xx", "4xx", "5xx"],
            "rank": "events",
            "state": "all",
        } | choices
        return self._call(self._live, chosen)

    def portal(self) -> dict[str, Any]:
        """What the portal shows."""
        return self._call(self._portal, {"portal-tick": 0})

    def _call(self, callback: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
        names = [name.rsplit(".", 1) for name in callback["output"].strip(".").split("...")]
        body = {
            "output": callback["output"],
            "outputs": [{"id": id_, "property": property_} for id_, property_ in names],
            "inputs": [one | {"value": values[one["id"]]} for one in callback["inputs"]],
            "state": [one | {"value": None} for one in callback["state"]],
            "changedPropIds": [],
        }
        answer = requests.post(f"{self.root}/_dash-update-component", json=body, timeout=20)
        answer.raise_for_status()
        return dict(answer.json()["response"])
