"""What each district gets: offers, places, people, and how much that is for each 1,000 inhabitants (U19)."""
