"""Money, as the cashiers see it."""
