"""Measures and pages of the Power BI report."""
