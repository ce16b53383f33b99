"""Issuing: what is ordered becomes rows that wait, and the worker makes the papers, some dozens at a time."""
