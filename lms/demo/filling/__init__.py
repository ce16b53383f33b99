"""Filling an empty database with the demo centre, subject by subject, inside one transaction."""
