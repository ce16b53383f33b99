"""What a place costs and why: a run's price list, concessions with their proofs, and the reckoning kept with each enrolment."""
