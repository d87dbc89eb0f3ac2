"""The third layer: the star schema; one pure function a table."""
