"""What trainers hand to their runs: files, addresses, words; seen by who takes part, and by nobody else (F-H09, S-60, S-61)."""
