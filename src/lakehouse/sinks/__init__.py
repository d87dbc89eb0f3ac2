"""Stores that streams write to: one module per sink, with the same code in NiFi and Spark."""
