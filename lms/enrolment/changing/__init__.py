"""Changing one's mind: withdrawing, moving to another run, letting somebody else come; what each of them costs, and why (U13).

Kept apart: cancelling follows the run's rule, withdrawing the law, goodwill the team. Each explains its sum in lines that
add up to it.
"""
