"""What a run asks of those who want a place: conditions, a code word, the team's approval, questions of its own (F-E10 to F-E12)."""
