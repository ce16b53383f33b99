"""Formats of others: read into `content.course`, and written from it."""
