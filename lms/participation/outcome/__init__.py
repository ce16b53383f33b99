"""What becomes of wishes: planned runs, days of first booking for supporters, and the public account of it all (U6)."""
