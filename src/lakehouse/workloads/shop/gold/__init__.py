"""Star schema of the shop: one pure function per table."""
