"""Calendars: the public programme, one run, and everybody's own, as iCalendar (RFC 5545)."""
