"""*Ich brauche Hilfe*: learners call, trainers come by or answer in words."""
