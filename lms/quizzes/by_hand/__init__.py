"""Marking what no rule can mark: texts that learners have written, one after the other, without names first."""
