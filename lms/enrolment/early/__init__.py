"""Rights to book early: who may enrol in a run before everybody else, because somebody above granted it (F-N10)."""
