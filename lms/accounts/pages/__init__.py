"""The door, one's own account, and the accounts of others, as pages."""
