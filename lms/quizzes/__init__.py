"""Attempts at quizzes: taking them, marking what no rule can mark, and what the answers say about the questions."""
