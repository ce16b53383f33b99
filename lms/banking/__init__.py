"""Bank statements: read, kept once, matched with what is owed, and booked when somebody of the team says so (F-G12)."""
