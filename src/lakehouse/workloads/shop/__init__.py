"""An online shop: two source databases, a star schema, models."""
