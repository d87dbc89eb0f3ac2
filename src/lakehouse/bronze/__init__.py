"""The first layer: source tables as they were, a folder a day."""
