"""Participants enter themselves: by a code on the wall that changes every minute (F-H06)."""
