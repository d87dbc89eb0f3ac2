"""The batch lakehouse measured against other ways of doing the same work."""
