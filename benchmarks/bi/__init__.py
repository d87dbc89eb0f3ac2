"""How fast the visuals of the reports are."""
