"""Datasets and pages of Superset that workloads declare."""

from __future__ import annotations

from lakehouse.registry import catalog
from lakehouse.serving.superset.datasets import Dataset
from lakehouse.serving.superset.pages import Page

DATASETS: tuple[Dataset, ...] = catalog.objects("superset_datasets")
PAGES: tuple[Page, ...] = catalog.objects("superset_pages")
