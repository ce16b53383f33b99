"""When trainers are busy by their own calendars: read from outside, kept as mere periods, used as a warning (F-K07)."""
