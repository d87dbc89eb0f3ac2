"""From lines of logs to clean events, dead letters and figures of a minute."""
