"""What exists: every table with columns, types, grain, meaning and checks. Declarations only."""
