"""What the centre agrees with those who teach, and what it owes them: rates, contracts, monthly fee statements."""
