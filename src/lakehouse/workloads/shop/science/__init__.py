"""What models learn from gold, and what notebooks show of silver."""
