"""The live dashboard: a portal to every server, and the streams as they are now, in a browser."""
