"""Messages by rule: who is written to, when, about what, and who was."""
