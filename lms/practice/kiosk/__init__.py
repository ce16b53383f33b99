"""Public tablets: learning without an account, and nothing stays of it."""
