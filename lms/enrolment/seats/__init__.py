"""Seats that a company orders, names people for later, and lets its staff take by a link (F-F04 to F-F06)."""
