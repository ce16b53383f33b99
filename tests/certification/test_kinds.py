"""What the other kinds of certificates state: only what happened, in both languages, and in words why there is none."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from certificates.code import new_code
from certificates.document import Issuer, Kind
from lms.attendance.models import MakeUp, Presence
from lms.catalogue.models import Outcome, RunState
from lms.certification.eligibility.models import FundingProgramme, RunRule
from lms.certification.kinds import education_leave, teaching, volunteers
from lms.certification.kinds.draft import Draft, certificate_of
from lms.certification.kinds.refusals import (
    MarksMissing,
    NothingAttended,
    NothingTaught,
    NotOverYet,
    NotRecognised,
    Unreadable,
)
from lms.db import Begin
from lms.people.models import Company
from lms.scheduling.models import Answer, SessionTrainer
from tests.certification.holding import (
    a_place,
    a_recognition,
    a_run_that_is_over,
    an_item,
    cancel,
    days,
    mark,
    teach,
)
from tests.making import BOTH, MOMENT, make_course, make_person
from tests.office import counted

pytestmark = BOTH
TODAY = date(2026, 12, 4)
RECOGNISED = {
    "leave_recognised_on": date(2026, 3, 2),
    "leave_text_de": "Befristet bis Ende 2027.",
    "leave_text_en": "Until the end of 2027.",
}
PRESENT, LATE, ABSENT, EXCUSED = Presence.PRESENT, Presence.LATE, Presence.ABSENT, Presence.EXCUSED
LONG_NAME = "Wolfeschlegelsteinhausen" * 8
ARABIC, EMOJI, MARKUP = "مرحبا بالعالم", "Ada 👩‍🏫", "<b>Ada</b> & Söhne"


def paper(draft: Draft, language: str = "de-en") -> Any:
    """The finished facts, as issuing would make them."""
    return certificate_of(
        draft,
        number="TB-2026-00001",
        code=new_code(),
        verification_url="https://zdb.example/pruefen/x",
        issued_on=TODAY,
        issuer=Issuer(name="Zentrum"),
        language=language,
    )


async def test_an_employer_reads_days_units_contents_trainers_and_the_recognition(begin: Begin) -> None:
    course, ada, jonas = make_course(), make_person(), make_person("Jonas", "Krüger")
    company = Company(name="Ohre Logistik GmbH")
    async with begin() as session:
        session.add_all([course, ada, jonas, company])
        await session.flush()
        session.add(a_recognition(course, **RECOGNISED))
        session.add(
            Outcome(
                course_id=course.id, position=1, sentence_de="Sie können fotografieren.",
                sentence_en="You can take photos.", competence="2.2", proficiency=2,
            )
        )  # fmt: skip
        run, meetings = await a_run_that_is_over(session, course)
        await teach(session, run, jonas)
        place = await a_place(session, run, ada, company_id=company.id)
        await mark(session, place, meetings, PRESENT, LATE, ABSENT, PRESENT, late=30)
    item = an_item(Kind.EDUCATION_LEAVE, enrolment_id=place.id, particulars={"law_de": "Bildungszeitgesetz"})

    async with begin.reading() as session:
        found = await education_leave.read(session, [item], today=TODAY)

    draft = found.drafts[item.id]
    assert draft.days == days("2026-11-06", "2026-11-13", "2026-11-27")
    assert (draft.units_attended, draft.units_planned) == (5, 8)
    assert draft.employer == "Ohre Logistik GmbH"
    assert draft.trainers == ("Jonas Krüger",)
    assert [one.de for one in draft.contents] == ["Thema 1", "Thema 2", "Thema 4"]
    assert draft.legal_note.de == (
        "Die Veranstaltung ist nach dem Bildungszeitgesetz als Bildungsveranstaltung anerkannt"
        " (Bescheid 504-12/26 vom 2. März 2026). Befristet bis Ende 2027."
    )
    both = paper(draft)
    assert both.english.outcomes == ("You can take photos.",)
    assert "Until the end of 2027." in both.english.legal_note
    assert paper(draft, "en").course == "Meet your tablet"


async def test_why_an_employer_gets_nothing_is_said_for_each_and_the_others_go_on(begin: Begin) -> None:
    course, other, people = make_course(), make_course(), [make_person(f"P{n}", "Q") for n in range(6)]
    async with begin() as session:
        session.add_all([course, other, *people])
        await session.flush()
        session.add(a_recognition(course))
        run, meetings = await a_run_that_is_over(session, course)
        good, absent, unmarked, short = [await a_place(session, run, one) for one in people[:4]]
        await mark(session, good, meetings, *[PRESENT] * 4)
        await mark(session, absent, meetings, ABSENT, EXCUSED, ABSENT, ABSENT)
        await mark(session, unmarked, meetings, PRESENT)
        await mark(session, short, meetings, LATE, ABSENT, ABSENT, ABSENT, late=60)
        unknown_run, its = await a_run_that_is_over(session, other)
        unrecognised = await a_place(session, unknown_run, people[4])
        await mark(session, unrecognised, its, *[PRESENT] * 4)
        coming, _ = await a_run_that_is_over(session, course, ended=MOMENT + timedelta(weeks=3))
        early = await a_place(session, coming, people[5])
    items = [
        an_item(Kind.EDUCATION_LEAVE, enrolment_id=one.id)
        for one in (good, absent, unmarked, short, unrecognised, early)
    ]
    gone = an_item(Kind.EDUCATION_LEAVE, enrolment_id=run.id)

    async with begin.reading() as session:
        with counted() as statements:
            found = await education_leave.read(session, [*items, gone], today=TODAY)

    assert len(statements) == 10  # nothing depends on how many there are
    assert list(found.drafts) == [items[0].id]
    assert [type(found.refusals.get(one.id)) for one in items[1:]] == [
        NothingAttended, MarksMissing, NothingAttended, NotRecognised, NotOverYet,
    ]  # fmt: skip
    assert gone.id not in found.refusals


async def test_an_employer_reads_the_day_of_a_session_made_up_elsewhere_and_who_pays(begin: Begin) -> None:
    course, ada = make_course(), make_person()
    programme = FundingProgramme(
        name="Fachkräfte", text_de="Gefördert vom Land.", text_en="Paid by the state."
    )
    async with begin() as session:
        session.add_all([course, ada, programme])
        await session.flush()
        session.add(a_recognition(course))
        run, meetings = await a_run_that_is_over(session, course)
        session.add(RunRule(run_id=run.id, programme_id=programme.id))
        _, others = await a_run_that_is_over(session, course, ended=MOMENT + timedelta(days=1))
        others[2].topic = "Thema 2, am Samstag"
        place = await a_place(session, run, ada)
        await mark(session, place, meetings, PRESENT, ABSENT, ABSENT, PRESENT)
        session.add(
            MakeUp(
                enrolment_id=place.id, missed_session_id=meetings[1].id, session_id=others[2].id,
                agreed_at=MOMENT, agreed_by=None, presence=PRESENT,
            )
        )  # fmt: skip
    item = an_item(Kind.EDUCATION_LEAVE, enrolment_id=place.id)

    async with begin.reading() as session:
        draft = (await education_leave.read(session, [item], today=TODAY)).drafts[item.id]

    assert draft.days == days("2026-11-06", "2026-11-21", "2026-11-27")
    assert (draft.units_attended, draft.units_planned) == (6, 8)
    assert [one.de for one in draft.contents] == ["Thema 1", "Thema 2, am Samstag", "Thema 4"]
    assert draft.legal_note.de.endswith(" Gefördert vom Land.")
    assert draft.legal_note.en.endswith(" Paid by the state.")


VOLUNTEERED = {
    "what_de": "Begleitung des Digitalcafés",
    "what_en": "Helping in the digital café",
    "place": "Innovationszentrum",
    "first_day": "2026-01-10",
    "last_day": "2026-11-20",
    "hours": 42,
}


async def test_a_volunteer_reads_what_was_done_and_for_how_many_hours(begin: Begin) -> None:
    ada = make_person()
    async with begin() as session:
        session.add(ada)
    item = an_item(Kind.VOLUNTEER, person_id=ada.id, particulars=VOLUNTEERED | {"valid_until": "2028-12-31"})

    async with begin.reading() as session:
        found = await volunteers.read(session, [item], today=TODAY)

    both = paper(found.drafts[item.id])
    assert (both.course, both.english.course) == (
        "Begleitung des Digitalcafés",
        "Helping in the digital café",
    )
    assert (both.hours, both.units_attended, both.valid_until) == (42, None, date(2028, 12, 31))
    assert (both.first_day, both.last_day) == days("2026-01-10", "2026-11-20")


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours": 0},
        {"hours": -3},
        {"hours": 10_001},
        {"hours": "viele"},
        {"what_de": "  "},
        {"first_day": "2026-11-21"},
        {"last_day": "2026-12-05"},
        {"last_day": "gestern"},
        {"first_day": None},
    ],
)
async def test_what_a_volunteer_cannot_have_done_is_refused_in_words(
    begin: Begin, wrong: dict[str, Any]
) -> None:
    ada = make_person()
    async with begin() as session:
        session.add(ada)
    item = an_item(Kind.VOLUNTEER, person_id=ada.id, particulars=VOLUNTEERED | wrong)
    right = an_item(Kind.VOLUNTEER, person_id=ada.id, particulars=VOLUNTEERED)

    async with begin.reading() as session:
        found = await volunteers.read(session, [item, right], today=TODAY)

    assert isinstance(found.refusals[item.id], Unreadable)
    assert right.id in found.drafts


@pytest.mark.parametrize("name", [LONG_NAME, ARABIC, EMOJI, MARKUP])
async def test_names_of_every_kind_stand_in_the_facts_as_they_are(begin: Begin, name: str) -> None:
    ada = make_person(name, "X")
    async with begin() as session:
        session.add(ada)
    item = an_item(Kind.VOLUNTEER, person_id=ada.id, particulars=VOLUNTEERED | {"what_de": name})

    async with begin.reading() as session:
        draft = (await volunteers.read(session, [item], today=TODAY)).drafts[item.id]

    assert (paper(draft).holder.name, paper(draft).course) == (f"{name} X", name)


async def test_a_trainer_gets_the_units_of_sessions_that_were_held_and_of_no_others(begin: Begin) -> None:
    course, jonas, mira = make_course(), make_person("Jonas", "Krüger"), make_person("Mira", "Engel")
    async with begin() as session:
        session.add_all([course, jonas, mira])
        await session.flush()
        run, meetings = await a_run_that_is_over(session, course, sessions=5)
        await teach(session, run, jonas)
        cancel(meetings[0])
        session.add(SessionTrainer(session_id=meetings[1].id, person_id=mira.id))
        meetings[4].starts_at, meetings[4].ends_at = (
            MOMENT + timedelta(days=3),
            MOMENT + timedelta(days=3, hours=1),
        )
        called_off, _ = await a_run_that_is_over(session, course, state=RunState.CANCELLED)
        await teach(session, called_off, jonas)
        declined, _ = await a_run_that_is_over(session, course)
        await teach(session, declined, jonas, answer=Answer.DECLINED)
    of_jonas = an_item(Kind.TRAINER, person_id=jonas.id, run_id=run.id)
    of_mira = an_item(Kind.TRAINER, person_id=mira.id, run_id=run.id)
    of_nothing = an_item(Kind.TRAINER, person_id=mira.id, run_id=called_off.id)

    async with begin.reading() as session:
        with counted() as statements:
            found = await teaching.read(session, [of_jonas, of_mira, of_nothing], today=TODAY)

    assert len(statements) == 2
    draft = found.drafts[of_jonas.id]
    assert (draft.units_attended, draft.first_day, draft.last_day) == (4, *days("2026-11-13", "2026-11-20"))
    assert (draft.course.de, draft.run) == ("Das Tablet kennenlernen", run.number)
    assert found.drafts[of_mira.id].units_attended == 2
    assert isinstance(found.refusals[of_nothing.id], NothingTaught)
    paper(draft)


async def test_over_a_period_a_trainer_reads_every_course_with_its_units(begin: Begin) -> None:
    tablet, phone = make_course(), make_course("Smartphone", title_en="Your phone")
    jonas = make_person("Jonas", "Krüger")
    async with begin() as session:
        session.add_all([tablet, phone, jonas])
        await session.flush()
        for course in (tablet, phone):
            run, _ = await a_run_that_is_over(session, course, sessions=3)
            await teach(session, run, jonas)
    period = {"first_day": "2026-11-20", "last_day": "2026-12-31"}
    item = an_item(Kind.TRAINER, person_id=jonas.id, particulars=period)
    backwards = an_item(
        Kind.TRAINER, person_id=jonas.id, particulars={"first_day": "2026-12-01", "last_day": "2026-11-01"}
    )

    async with begin.reading() as session:
        found = await teaching.read(session, [item, backwards], today=TODAY)

    draft = replace(found.drafts[item.id])
    assert (draft.units_attended, draft.course.en) == (8, "Teaching in 2 courses")
    assert sorted(one.en for one in draft.contents) == ["Meet your tablet: 4 units", "Your phone: 4 units"]
    assert isinstance(found.refusals[backwards.id], Unreadable)


async def test_a_session_of_today_counts_when_its_register_is_closed(begin: Begin) -> None:
    course, jonas = make_course(), make_person("Jonas", "Krüger")
    async with begin() as session:
        session.add_all([course, jonas])
        await session.flush()
        run, meetings = await a_run_that_is_over(
            session, course, sessions=2, ended=MOMENT + timedelta(weeks=1)
        )
        await teach(session, run, jonas)
    item = an_item(Kind.TRAINER, person_id=jonas.id, run_id=run.id)

    async with begin.reading() as session:
        before = await teaching.read(session, [item], today=TODAY)
    async with begin() as session:
        session.add(meetings[1])
        meetings[1].locked_at = MOMENT
    async with begin.reading() as session:
        after = await teaching.read(session, [item], today=TODAY)

    assert (before.drafts[item.id].units_attended, after.drafts[item.id].units_attended) == (2, 4)
