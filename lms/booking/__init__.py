"""Rooms for others: companies, clubs and citizens ask for a room, the team decides, a price and a quota hold."""
