"""Who has earned what; issuing and revoking, over the certificates library."""
