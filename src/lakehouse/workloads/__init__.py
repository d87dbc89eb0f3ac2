"""One package per business case; `lakehouse.registry` finds them, the core imports none."""
