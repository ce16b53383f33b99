"""Certificates as values: render, sign, verify."""
