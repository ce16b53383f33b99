"""Reading helpers, shifts, hours and allowances, in a session somebody else opened."""
