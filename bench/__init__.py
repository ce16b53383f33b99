"""Measurements against the limits we promised: python -m bench NAME."""
