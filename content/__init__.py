"""Lessons, quizzes and packages as values: no request, no database, no clock."""
