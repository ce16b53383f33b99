"""Rooms in our own video conference (BigBlueButton): made when the door opens, entered by a signed link, and who was there."""
