"""The page on which a trainer shows themselves to the public, if they want to, and only for as long (F-H16, L-34)."""
