"""Tables of the shop, declared once."""
