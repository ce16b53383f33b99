"""Pages about certificates: for everybody who checks one, for who holds one, for the team."""
