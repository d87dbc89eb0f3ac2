"""The commands of ./lakehouse."""
