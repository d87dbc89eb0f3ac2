"""The pages of the report, one or more per workload."""

from __future__ import annotations

from lakehouse.registry import catalog
from lakehouse.serving.reports.model import Page

PAGES: tuple[Page, ...] = catalog.objects("report_pages")
