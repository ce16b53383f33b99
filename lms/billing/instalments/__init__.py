"""Paying in parts: plans agreed with the cashiers, what of them is paid, and what becomes of a plan that is not kept."""
