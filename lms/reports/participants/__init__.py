"""Questionnaires of funders (ESF): once for each person and funding line, kept apart from everything else we know (F-O10).

What the tables tell: `funder_asking` names persons and says whether they have answered, and nothing of what they said.
`funder_answer` holds what was said under a number, and no person, no enrolment, no moment. The number and the sign of likeness are
keyed hashes: without the centre's secret, which is no part of the database, nobody can lead from one to the other (decision 0064).
"""
