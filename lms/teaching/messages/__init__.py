"""What trainers write to the people of a run, and what these answer: nobody's address is shown to anybody (F-H10, L-34)."""
