"""Ingest date of a run of Airflow, and whether it is full, from what the run was started with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any


def ingest_date(context: Mapping[str, Any]) -> str:
    """Ingest date of a run: the one in `conf`, else that of the asset event that triggered it.

    Without either it is the logical date, or today in UTC. A run is triggered by the newest of
    its events. Older ones may be of any day: they wait since an import that failed halfway.
    """
    if asked := asked_day(context):
        return asked
    events = context.get("triggering_asset_events") or {}
    dated = [e for each in events.values() for e in each if e.extra.get("ingest_date")]
    if dated:
        return str(max(dated, key=lambda event: event.timestamp).extra["ingest_date"])
    moment = context["dag_run"].logical_date or dt.datetime.now(dt.UTC)
    return str(moment.date().isoformat())


def is_full(context: Mapping[str, Any]) -> bool:
    """True if a run builds unchanged tables, too: by its `conf`, or as one that triggered it."""
    if (context["dag_run"].conf or {}).get("full"):
        return True
    events = context.get("triggering_asset_events") or {}
    return any(event.extra.get("full") for each in events.values() for event in each)


def asked_day(context: Mapping[str, Any]) -> str:
    """Ingest date in the run's `conf`; empty if none is given."""
    asked = (context["dag_run"].conf or {}).get("ingest_date")
    return dt.date.fromisoformat(asked).isoformat() if asked else ""
