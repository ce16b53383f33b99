"""How somebody stands before a certificate, in plain sentences in the reader's language."""

from collections.abc import Sequence

from certificates.document import Kind
from lms.certification.eligibility.completion import Learnt, Mix
from lms.certification.eligibility.models import ExamOutcome, ExamResult, Excused
from lms.certification.eligibility.rules import Asked, Lack, Source, Standing, whole_units
from lms.kernel.marking import N_
from lms.web.language import gettext, ngettext, use_locale

OUTCOMES = {
    ExamOutcome.PASSED: N_("passed"),
    ExamOutcome.FAILED: N_("not passed"),
    ExamOutcome.ABSENT: N_("did not take part"),
}
EXCUSED = {
    Excused.MISSED: N_("They count as missed."),
    Excused.LEFT_OUT: N_("They are left out: only the other sessions have to be attended."),
}
SOURCES = {
    Source.PROGRAMME: N_("from the funding programme"),
    Source.RUN: N_("set for this run"),
    Source.COURSE: N_("as in the course"),
}

OF_LEARNING = frozenset({Lack.LESSONS, Lack.QUIZ})
MIXES = {
    Mix.ALL: N_("Attendance and lessons: both are needed."),
    Mix.EITHER: N_("Attendance or lessons: one of them is enough, as in courses that one can take online."),
}

ASK = N_("Perhaps a missed session can be made up in another run of this course. Please ask us.")


def reasons(
    standing: Standing, wanted: Asked, exam: ExamResult | None = None, *, to_person: bool = False
) -> Sequence[str]:
    """Why somebody has not earned the certificate, everything at once; with `to_person` it speaks to them.

    Also says, where it matters, what was left out and that a failed exam leaves the paper on attendance.
    """
    lacks = [lack for lack in standing.lacks if lack not in OF_LEARNING]
    said = [sentence for lack in lacks for sentence in _lacking(lack, standing, exam, to_person)]
    if not OF_LEARNING.isdisjoint(standing.lacks):
        said.append(still_to_learn(standing, wanted, to_person=to_person))
    is_short = not {Lack.UNITS, Lack.MAKE_UP}.isdisjoint(standing.lacks)
    if is_short and standing.excused and wanted.excused is Excused.LEFT_OUT:
        said.append(
            ngettext(
                "One excused session is not asked for.",
                "%(num)s excused sessions are not asked for.",
                standing.excused,
            )
        )
    if is_short and standing.minutes_late:
        said.append(
            ngettext(
                "Coming late took off %(num)s minute.",
                "Coming late took off %(num)s minutes.",
                standing.minutes_late,
            )
        )
    if standing.has_earned and standing.by_lessons:
        said.append(gettext("Lessons stand for the sessions that were missed."))
    falls_back = (
        wanted.needs_exam and exam is not None and not exam.passed and Kind.ATTENDANCE in wanted.kinds
    )
    if standing.has_earned and falls_back:
        said += [_of_exam(exam), gettext("The certificate says that somebody took part, without the exam.")]
    return said


def own_words(
    standing: Standing,
    wanted: Asked,
    exam: ExamResult | None,
    *,
    is_over: bool,
    to_person: bool,
) -> Sequence[str]:
    """What a learner reads before the certificate is there: what it takes, what is missing, or that it is on its way."""
    if not wanted.threshold_percent and not wanted.asks_learning:
        return ()
    if is_over and standing.has_earned:
        return (
            *reasons(standing, wanted, exam, to_person=to_person),
            gettext("The certificate is on its way. We write as soon as it is ready."),
        )
    if is_over:
        missing = reasons(standing, wanted, exam, to_person=to_person)
        return (*missing, gettext(ASK)) if Lack.UNITS in standing.lacks else missing
    return _under_way(standing, wanted, to_person=to_person)


def threshold_words(wanted: Asked) -> str:
    """The threshold and where it comes from: "80 Prozent der Unterrichtseinheiten (wie im Kurs)"."""
    percent = gettext("%(percent)s percent of the units", percent=wanted.threshold_percent)
    return f"{percent} ({gettext(SOURCES[wanted.source])})"


def still_to_learn(standing: Standing, wanted: Asked, *, to_person: bool) -> str:
    """Which lessons and quizzes are missing: "Für den Nachweis fehlen Ihnen noch 2 Lektionen und das Quiz …"."""
    found = standing.learnt
    if Lack.LESSONS in standing.lacks and not found.total:
        return gettext("The lessons that count for the certificate are not published yet.")
    parts, count = _parts(standing)
    what = _listed(parts)
    if wanted.is_either and Lack.LESSONS in standing.lacks:
        return gettext("Lessons can stand for the sessions. Still missing: %(what)s.", what=what)
    if to_person:
        return ngettext(
            "For the certificate one thing is still missing: %(what)s.",
            "For the certificate you still need %(what)s.",
            count,
            what=what,
        )
    return gettext("Still missing: %(what)s.", what=what)


def _parts(standing: Standing) -> tuple[Sequence[str], int]:
    """What is missing, and how many things that are."""
    found, parts, count = standing.learnt, [], len(standing.learnt.quizzes)
    if Lack.LESSONS in standing.lacks:
        parts.append(ngettext("%(num)s lesson", "%(num)s lessons", found.missing))
        count += found.missing
    parts += [gettext("the quiz “%(title)s”", title=title) for title in found.quizzes]
    return parts, count


def _listed(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return gettext("%(first)s and %(last)s", first=", ".join(parts[:-1]), last=parts[-1])


def learning_asked(wanted: Asked) -> str:
    """What is asked of lessons and quizzes, in a line; empty where they do not count."""
    said = []
    if wanted.lessons_percent == 100:
        said.append(gettext("all lessons that count"))
    elif wanted.lessons_percent is not None:
        said.append(gettext("%(percent)s percent of the lessons that count", percent=wanted.lessons_percent))
    if wanted.quizzes:
        said.append(ngettext("%(num)s quiz passed", "%(num)s quizzes passed", len(wanted.quizzes)))
    if wanted.is_either:
        said.append(gettext("lessons can stand for attendance"))
    return ", ".join(said)


def learning_facts(standing: Standing, wanted: Asked) -> Sequence[tuple[str, str]]:
    """How far somebody is with lessons and quizzes, as lines of a list of facts; none where they do not count."""
    if not wanted.asks_learning:
        return ()
    found = standing.learnt
    lines = [(gettext("Lessons and quizzes"), learning_asked(wanted))]
    if wanted.lessons_percent is not None:
        done = gettext("%(done)s of %(total)s done, %(needed)s are needed", done=found.done, total=found.total, needed=found.needed)  # fmt: skip
        lines.append((gettext("Lessons"), done))
    if wanted.quizzes:
        open_ones = ", ".join(found.quizzes) or gettext("all are passed")
        lines.append((gettext("Quizzes still to be passed"), open_ones))
    return lines


def lessons_note(found: Learnt) -> tuple[str, str]:
    """What the paper says about lessons, in German and English; empty where they do not count."""
    if not found.asks_lessons or not found.total:
        return "", ""
    said = []
    for language in ("de", "en"):
        with use_locale(language):
            said.append(gettext("Lessons done: %(done)s of %(total)s.", done=found.done, total=found.total))
    return said[0], said[1]


def _lacking(lack: Lack, standing: Standing, exam: ExamResult | None, to_person: bool) -> Sequence[str]:  # noqa: FBT001
    if lack is Lack.MARKS:
        return [
            ngettext(
                "One session is not entered yet.", "%(num)s sessions are not entered yet.", standing.unmarked
            )
        ]
    if lack is Lack.EXAM:
        return [gettext("The exam is still missing.")]
    if lack is Lack.FAILED:
        return [_of_exam(exam)]
    said = [_too_little(standing, to_person=to_person)]
    if lack is Lack.MAKE_UP:
        said.append(gettext("A session to make up is still to come, or not entered yet."))
    return said


def _too_little(standing: Standing, *, to_person: bool) -> str:
    needed = standing.needed_sessions
    if needed is not None:
        return (
            ngettext(
                "You were there at %(attended)s of %(num)s session. For the certificate you need %(needed)s.",
                "You were there at %(attended)s of %(num)s sessions. For the certificate you need %(needed)s.",
                standing.sessions_planned,
                attended=standing.sessions_attended,
                needed=needed,
            )
            if to_person
            else ngettext(
                "Was there at %(attended)s of %(num)s session; %(needed)s are needed.",
                "Was there at %(attended)s of %(num)s sessions; %(needed)s are needed.",
                standing.sessions_planned,
                attended=standing.sessions_attended,
                needed=needed,
            )
        )
    return ngettext(
        "%(attended)s of %(planned)s units; %(needed)s are needed, %(num)s is missing.",
        "%(attended)s of %(planned)s units; %(needed)s are needed, %(num)s are missing.",
        standing.needed_units - standing.attended_units,
        attended=standing.attended_units,
        planned=whole_units(standing.planned_minutes),
        needed=standing.needed_units,
    )


def _of_exam(exam: ExamResult | None) -> str:
    if exam is not None and exam.outcome is ExamOutcome.ABSENT:
        return gettext("The exam was not taken.")
    return gettext("The exam is not passed.")


def _under_way(standing: Standing, wanted: Asked, *, to_person: bool) -> Sequence[str]:
    said = [*_attended_so_far(standing, to_person=to_person)] if wanted.threshold_percent else []
    if OF_LEARNING.isdisjoint(standing.lacks):
        if wanted.asks_learning and not wanted.is_either:
            said.append(gettext("Everything that is needed of lessons and quizzes is done."))
    else:
        said.append(still_to_learn(standing, wanted, to_person=to_person))
    if wanted.needs_exam:
        said.append(gettext("An exam is part of it."))
    if standing.is_out_of_reach and wanted.threshold_percent:
        said += [gettext("The sessions that are left are no longer enough."), gettext(ASK)]
    return said


def _attended_so_far(standing: Standing, *, to_person: bool) -> Sequence[str]:
    needed = standing.needed_sessions
    if needed is not None:
        words = (
            N_(
                "For the certificate you need %(needed)s of %(planned)s sessions. So far you were at %(attended)s."
            )
            if to_person
            else N_("The certificate needs %(needed)s of %(planned)s sessions. So far: %(attended)s.")
        )
        figures = (needed, standing.sessions_planned, standing.sessions_attended)
    else:
        words = N_("The certificate needs %(needed)s of %(planned)s units. So far: %(attended)s.")
        figures = (standing.needed_units, whole_units(standing.planned_minutes), standing.attended_units)
    said = [gettext(words, needed=figures[0], planned=figures[1], attended=figures[2])]
    if standing.made_up:
        said.append(
            ngettext(
                "One of them was made up in another run.",
                "%(num)s of them were made up in another run.",
                standing.made_up,
            )
        )
    return said
