"""Clubs: runs without a fixed end, whose dates are made ahead by their rule until the team ends them."""
