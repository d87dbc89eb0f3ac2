"""A workload of tests: sales from a JSON topic, by day to Cassandra and PostgreSQL."""
