"""From an accepted offer to the closed run and its invoice: where planning, enrolment, billing and requests of companies meet."""
