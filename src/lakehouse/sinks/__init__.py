"""Stores that streams write to: one module per sink, with the same code in NiFi and Spark.

Every module of this package is a sink (`lakehouse.contracts.sinks`); a stream names it.
"""
