"""`/verwaltung/texte`: the words of every letter, for the team to change."""
