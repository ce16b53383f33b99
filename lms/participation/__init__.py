"""What citizens wish for, who supports it, the rounds in which the town votes, and the votes given on paper.

Nobody needs an account. A vote is one person's: who that is is known by keys, hashes of an e-mail address, of a name with a
birthday, of a name with an address, of a person of ours (`keys.py`). Online, at the counter and on paper the same keys are
asked, so that nobody counts twice; what the keys were made of is kept no longer than it is needed.
"""
