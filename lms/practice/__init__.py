"""Practice on a device beside one, calls for help, and learning without an account."""
