"""Members of clubs: leaving at once or at the end of a month, and what their parents get to know."""
