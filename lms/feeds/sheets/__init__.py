"""The dates of a month or a week on paper, in large letters, for people without a calendar programme (U12, F-K08)."""
