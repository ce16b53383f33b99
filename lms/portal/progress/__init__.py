"""How the learners of a run come along, quietly, for those who teach it: who may need help, and why, in words."""
