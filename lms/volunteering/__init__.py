"""Volunteers and young helpers at the help desk: who they are, their shifts, their hours, and the small allowance (F-M08, U24)."""
