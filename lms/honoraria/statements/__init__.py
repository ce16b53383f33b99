"""Monthly fee statements: collected out of held units, confirmed by the trainer, approved by a second person, paid, booked."""
