"""The minimum number (U3): what can become of a run with too few people, and whether those enrolled agree to it.

A proposal changes what was agreed, so everybody with a place is asked: by e-mail, by telephone or by letter. One proposal is
open at a time. Applying it does everything in one transaction; whoever does not agree is released free of charge.
"""
