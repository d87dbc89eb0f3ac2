"""The Power BI project, generated from the contracts and from the reports that are declared."""
