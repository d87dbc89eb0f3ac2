"""Silver of the database `marketing`; each function is named after the table it makes."""

from __future__ import annotations

from pyspark.sql import DataFrame

from lakehouse.silver.reading import typed
from lakehouse.workloads.shop.contracts import silver as contracts


def marketing_qualified_leads(marketing_qualified_leads: DataFrame) -> DataFrame:
    """Sellers-to-be that asked for contact."""
    return typed(marketing_qualified_leads, contracts.MARKETING_QUALIFIED_LEADS)


def closed_deals(closed_deals: DataFrame) -> DataFrame:
    """Leads that became sellers."""
    return typed(closed_deals, contracts.CLOSED_DEALS)
