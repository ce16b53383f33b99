"""What each kind of certificate is made of: read out of our records, in both languages, before it has a number."""
