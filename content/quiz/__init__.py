"""Quizzes as values: questions, answers, and marking as a pure function of both."""
