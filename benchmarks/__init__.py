"""One command each, printing ratios of pairs that were measured in one run."""
