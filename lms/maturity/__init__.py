"""The digital check for small businesses: where they stand, what comes next, and how that changes over the years.

The programme team writes areas, questions and five levels in plain words into one draft; publishing it makes an *edition*,
which the database keeps unchanged for ever, so that what was answered keeps its words. A *check* belongs to the edition it
was begun with. Nobody needs an account: the link is the key, and a short code of eight signs leads back to it. Contacts of a
company keep checks with their company and compare them; only questions that were asked in the same words are compared.

Who sees what: a check without company is seen by whoever has its link or code; a check of a company by its contacts, and by
the team and the company's adviser only as long as the company agrees. Beside that only medians of at least five companies
are shown, rounded to half a level.
"""
