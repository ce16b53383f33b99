"""Material that comes in and goes out: what of it was taken, changed and left."""
