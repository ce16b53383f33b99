"""The pages on which staff shape certificates."""
