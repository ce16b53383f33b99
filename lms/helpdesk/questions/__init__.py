"""What a desk asks before a consultation: written by the team, asked in its booking, read by the adviser."""

from lms.helpdesk.questions.values import DeskQuestion, QuestionKind, read, write

__all__ = ["DeskQuestion", "QuestionKind", "read", "write"]
