"""The pages of the digital check: for everybody, for companies, for the team."""
