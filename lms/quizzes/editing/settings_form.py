"""The form that says how a quiz is taken, and the one of a group of questions."""

from collections.abc import Mapping
from typing import Any

from content.quiz.questions import Pool, Quiz, Reveal
from lms.kernel.marking import N_
from lms.quizzes.editing.service import Settings, group_mark, settings_mark
from lms.web.forms import Checkbox, Form, Hidden, Number, Radios, Text, TextArea

REVEALS = [
    (Reveal.AFTER_ATTEMPT.value, N_("After each attempt")),
    (Reveal.AFTER_LAST.value, N_("Only when it is passed, or when no attempt is left")),
    (Reveal.NEVER.value, N_("Never")),
]


class SettingsForm(Form):
    """Everything about a quiz but its questions."""

    introduction = TextArea(N_("What participants read before they begin"), rows=4, longest=4_000)
    pass_percent = Number(
        N_("How many percent of the points are needed to pass?"), least=1, most=100, width=5,
        missing=N_("Enter how many percent are needed."),
    )  # fmt: skip
    attempts = Number(
        N_("How many attempts has everybody?"), least=1, most=100, width=5,
        hint=N_("Empty means: as many as one likes."),
    )  # fmt: skip
    minutes = Number(
        N_("How many minutes are there?"), least=1, most=600, width=5,
        hint=N_("Empty means: no time limit. Give one only where an exam needs it; single persons can get more time."),
    )  # fmt: skip
    shuffle = Checkbox(N_("Mix the order of the questions anew for each person"))
    reveal = Radios(
        N_("When do participants see which answers were right?"), choices=REVEALS, missing=N_("Choose when.")
    )
    is_exam = Checkbox(
        N_("This quiz is the exam of the course"), hint=N_("Whoever passes it has passed the exam.")
    )
    seen = Hidden()

    def settings(self) -> Settings:
        """What was typed."""
        return Settings(
            introduction=self.introduction.data or "",
            pass_percent=self.pass_percent.data,
            attempts=self.attempts.data,
            minutes=self.minutes.data,
            shuffle=bool(self.shuffle.data),
            reveal=Reveal(self.reveal.data),
            is_exam=bool(self.is_exam.data),
        )


def settings_values(quiz: Quiz) -> Mapping[str, Any]:
    """As they are stored."""
    names = Settings.__slots__
    return {
        **{name: getattr(quiz, name) for name in names},
        "reveal": quiz.reveal.value,
        "seen": settings_mark(quiz),
    }


class GroupForm(Form):
    """A group of questions, of which some or all come."""

    title = Text(N_("What is the group about?"), longest=150, hint=N_("Participants do not see it."))
    draw = Number(
        N_("How many of its questions does each person get?"), least=1, most=500, width=5,
        hint=N_("They are drawn by lot. Empty means: all of them."),
    )  # fmt: skip
    seen = Hidden()
    key = Hidden()


def group_values(pool: Pool) -> Mapping[str, Any]:
    """As it is stored."""
    return {"title": pool.title, "draw": pool.draw, "seen": group_mark(pool), "key": pool.key}
