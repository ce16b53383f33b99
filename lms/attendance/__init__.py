"""Registers: who was there, how late, and why not."""
