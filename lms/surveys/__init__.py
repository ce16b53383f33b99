"""Asking participants after a course: anonymous from the first answer, shown from five answers on.

Nobody can tell who said what, because it is kept nowhere. There are no filled-in sheets: `SurveyBox` holds one row for a
whole run, in which every answer only raises a count, and free texts lie in an order that is drawn anew with each answer.
Beside it `SurveyMark` says which place has answered, without any time; it shares a transaction with the box, but the box has
only one row, which the next answer writes again. The marks are deleted when the survey closes. Answers are neither in the
audit trail nor announced. What remains possible: whoever holds copies of the whole database from before and after a single
answer can compare them; backups are therefore kept as closely as passwords.

What is shown: results only after closing, since otherwise each new answer could be told from the difference. Only fixed
groups are counted: each survey belongs to exactly one *unit* of at least five answers, which is settled at closing and never
changes; surveys with fewer answers wait until further small ones of the same course, the same trainers and the same words
make five together. Every selection (course, trainer, year) is a union of whole units, so the difference of any two
selections is again made of whole units, and no fifth person can be worked out.
"""
