"""The lists people stand on: the waiting list of a run with its reasons, and who wants to hear of a course."""
