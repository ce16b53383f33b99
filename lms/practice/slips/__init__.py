"""A slip of paper with a code: what somebody did at a public tablet, to be claimed later into an account."""
