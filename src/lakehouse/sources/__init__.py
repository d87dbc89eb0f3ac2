"""What was there before us: the source databases and how data gets into them."""
