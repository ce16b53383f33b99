"""Attendance of a run as evidence for a funder (F-O03): who was there for how many units, and what each mark rests on."""
