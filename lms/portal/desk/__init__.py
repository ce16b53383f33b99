"""The staff's side: what needs doing today, and pages that tell one story from many modules."""
