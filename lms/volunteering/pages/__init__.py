"""Pages for helpers, guardians and the team."""
