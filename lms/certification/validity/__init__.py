"""How long certificates count, and the reminders to renew them in time."""
