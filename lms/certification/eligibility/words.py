"""How somebody stands before a certificate, in plain sentences in the reader's language."""

from collections.abc import Sequence

from certificates.document import Kind
from lms.certification.eligibility.models import ExamOutcome, ExamResult, Excused
from lms.certification.eligibility.rules import Asked, Lack, Source, Standing, whole_units
from lms.kernel.marking import N_
from lms.web.language import gettext, ngettext

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

ASK = N_("Perhaps a missed session can be made up in another run of this course. Please ask us.")


def reasons(
    standing: Standing, wanted: Asked, exam: ExamResult | None = None, *, to_person: bool = False
) -> Sequence[str]:
    """Why somebody has not earned the certificate, everything at once; with `to_person` it speaks to them.

    Also says, where it matters, what was left out and that a failed exam leaves the paper on attendance.
    """
    said = [sentence for lack in standing.lacks for sentence in _lacking(lack, standing, exam, to_person)]
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
    if not wanted.threshold_percent:
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
    if wanted.needs_exam:
        said.append(gettext("An exam is part of it."))
    if standing.is_out_of_reach:
        said += [gettext("The sessions that are left are no longer enough."), gettext(ASK)]
    return said
