"""Writing a quiz: its questions in groups, how it is taken, trying it out; for who may write the lessons of the course."""
