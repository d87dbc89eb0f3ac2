"""Reports declared once, for whichever tool draws them: measures, pages, and their queries."""
