"""Venues, rooms, devices, and the reservations that occupy them."""
