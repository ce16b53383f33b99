"""Paths: several courses that lead to one certificate more, for whoever holds the certificates of all that are needed."""
