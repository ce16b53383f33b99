"""Why somebody does not get the certificate, in sentences that a person at the counter could say."""

import pytest

from certificates.document import Kind
from lms.certification.eligibility.models import ExamOutcome, ExamResult, Excused
from lms.certification.eligibility.rules import Asked, standing
from lms.certification.eligibility.words import own_words, reasons
from lms.web.language import Language, use_locale
from tests.certification.eligibility.test_rules import A, E, L, N, P, day, elsewhere
from tests.making import MOMENT

EXAM = Asked(80, kinds=frozenset({Kind.EXAMINED}), exam_de="Abschlusstest")


def result(outcome: ExamOutcome) -> ExamResult:
    return ExamResult(
        enrolment_id=day(P).session_id,
        exam="Abschlusstest",
        outcome=outcome,
        held_on=MOMENT.date(),
        entered_at=MOMENT,
        entered_by=None,
    )


@pytest.mark.parametrize(
    ("language", "to_person", "expected"),
    [
        ("de", True, "Sie waren an 3 von 5 Terminen da. Für den Nachweis brauchen Sie 4."),
        ("de", False, "War an 3 von 5 Terminen da; gebraucht werden 4."),
        ("en", True, "You were there at 3 of 5 sessions. For the certificate you need 4."),
        ("en", False, "Was there at 3 of 5 sessions; 4 are needed."),
    ],
)
def test_too_few_sessions_are_said_in_sessions(language: Language, to_person: bool, expected: str) -> None:  # noqa: FBT001
    found = standing([day(one) for one in (P, P, P, A, A)], Asked(80))

    with use_locale(language):
        assert reasons(found, Asked(80), to_person=to_person) == [expected]


def test_where_lateness_or_lengths_matter_it_is_said_in_units() -> None:
    days = [*[day(P, 180)] * 3, day(L, 180, late=170)]
    found = standing(days, Asked(80))

    with use_locale("de"):
        assert reasons(found, Asked(80)) == [
            "12 von 16 Unterrichtseinheiten; gebraucht werden 13, es fehlt 1.",
            "Durch spätes Kommen fehlen 170 Minuten.",
        ]


def test_what_is_not_entered_or_still_to_come_is_said() -> None:
    with use_locale("de"):
        assert reasons(standing([day(P), day(N)], Asked(80)), Asked(80)) == [
            "Ein Termin ist noch nicht eingetragen."
        ]
        assert reasons(standing([day(P), day(A, made_up=elsewhere(None))], Asked(80)), Asked(80)) == [
            "War an 1 von 2 Terminen da; gebraucht werden 2.",
            "Ein Nachholtermin steht noch aus oder ist noch nicht eingetragen.",
        ]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (None, ["Die Prüfung fehlt noch."]),
        (ExamOutcome.FAILED, ["Die Prüfung ist nicht bestanden."]),
        (ExamOutcome.ABSENT, ["An der Prüfung wurde nicht teilgenommen."]),
        (ExamOutcome.PASSED, []),
    ],
)
def test_what_the_exam_lacks_is_said(outcome: ExamOutcome | None, expected: list[str]) -> None:
    exam = result(outcome) if outcome else None

    with use_locale("de"):
        assert reasons(standing([day(P)], EXAM, outcome), EXAM, exam) == expected


def test_who_fails_an_exam_that_is_not_needed_reads_which_paper_there_is() -> None:
    wanted = Asked(80, kinds=frozenset({Kind.EXAMINED, Kind.ATTENDANCE}))
    exam = result(ExamOutcome.FAILED)

    with use_locale("de"):
        assert reasons(standing([day(P)], wanted, exam.outcome), wanted, exam) == [
            "Die Prüfung ist nicht bestanden.",
            "Es gibt eine Teilnahmebescheinigung, ohne Prüfung.",
        ]


def test_excused_sessions_that_are_left_out_are_mentioned_where_somebody_lacks_something() -> None:
    wanted = Asked(80, excused=Excused.LEFT_OUT)

    with use_locale("de"):
        assert reasons(standing([day(P), day(A), day(E)], wanted), wanted) == [
            "War an 1 von 3 Terminen da; gebraucht werden 2.",
            "Ein entschuldigter Termin wird nicht verlangt.",
        ]


def test_the_learner_reads_how_it_goes_what_is_missing_or_that_it_is_on_its_way() -> None:
    under_way = standing([day(P), day(A), day(N), day(N), day(N)], Asked(80))
    lost = standing([day(A), day(A), day(N)], Asked(80))
    earned = standing([day(P)], Asked(80))
    missed = standing([day(P), day(A)], Asked(80))

    with use_locale("de"):
        assert own_words(under_way, Asked(80), None, is_over=False, to_person=True) == [
            "Für den Nachweis brauchen Sie 4 von 5 Terminen. Bisher waren Sie an 1 da."
        ]
        assert own_words(lost, Asked(80), None, is_over=False, to_person=False) == [
            "Für den Nachweis braucht es 3 von 3 Terminen. Bisher: 0.",
            "Die verbleibenden Termine reichen dafür nicht mehr.",
            "Vielleicht lässt sich ein versäumter Termin in einem anderen Kurs nachholen. Bitte fragen Sie uns.",
        ]
        assert list(own_words(earned, Asked(80), None, is_over=True, to_person=True)) == [
            "Der Nachweis ist auf dem Weg. Wir schreiben, sobald er fertig ist."
        ]
        assert list(own_words(missed, Asked(80), None, is_over=True, to_person=True)) == [
            "Sie waren an 1 von 2 Terminen da. Für den Nachweis brauchen Sie 2.",
            "Vielleicht lässt sich ein versäumter Termin in einem anderen Kurs nachholen. Bitte fragen Sie uns.",
        ]
