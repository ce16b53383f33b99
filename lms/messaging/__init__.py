"""Letters: written in the transaction that causes them, carried by e-mail or on paper, readable ever after."""
