"""What is counted, one file a subject: facts as values, gathered in a constant number of grouped statements."""
