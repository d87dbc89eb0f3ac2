"""The version of the project, as pyproject.toml has it; an image holds no such file."""

VERSION = "0.1.0"
