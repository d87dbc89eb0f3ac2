"""Synthetic source data: the published files' shape, rhythm, skew and oddities, from a seed."""

from __future__ import annotations

from lakehouse.workloads.shop.generator.dataset import (
    FEWEST_ORDERS,
    Generated,
    generate,
    make_tables,
)

__all__ = ["FEWEST_ORDERS", "Generated", "generate", "make_tables"]
