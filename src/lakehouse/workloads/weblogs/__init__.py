"""Logs of the web server and of visitors of the shop, as two streams."""
