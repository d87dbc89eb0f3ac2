"""What readers get: SQL over Thrift, the answers, the proof."""
