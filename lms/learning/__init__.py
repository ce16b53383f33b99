"""The learning side of a course: chapters and lessons, the editions that runs are taught by, and how far each learner is."""
