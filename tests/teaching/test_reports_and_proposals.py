"""Reports from sessions, proposals for courses, pages of trainers."""

import asyncio
import io
from datetime import date
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import select, update

from lms.catalogue.freshness import counts
from lms.catalogue.models import Course, Run, RunState, Topic
from lms.catalogue.service import Courses
from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.clock import today
from lms.kernel.errors import Forbidden, NotFound, Stale
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.people.models import Person
from lms.resources.errors import NotAPicture
from lms.scheduling.models import Preparation
from lms.scheduling.service import Scheduling
from lms.teaching.errors import AlreadyAnswered, NoProfileOfMinors, NotInThisState, ReasonMissing
from lms.teaching.models import CourseProposal, ProposalState, ReportKind, SessionNote, SessionReport
from lms.teaching.profiles.reading import profile_of, public_pages, public_profile
from lms.teaching.profiles.service import Portrayal, Profiles
from lms.teaching.proposals.desk_pages import _taken_on
from lms.teaching.proposals.reading import proposal_for
from lms.teaching.proposals.service import Idea, Proposals
from lms.teaching.reports.service import SessionReports, Trouble
from lms.trainers.models import Trainer
from lms.web.module import Around
from tests.making import BOTH, FixedClock, staff
from tests.teaching.scene import Class, make_class, trainer_actor

pytestmark = BOTH
PLANNER = staff(Identity.PROGRAMME)
IDEA = Idea(
    title="Fotos mit dem Telefon",
    audience="Alle ab 60",
    outcomes="Fotos ordnen",
    minimum=4,
    maximum=9,
    place="Raum 2",
)


@pytest.fixture
async def taught(begin: Begin) -> Class:
    return await make_class(begin)


@pytest.fixture
def reports(house: Around) -> SessionReports:
    return SessionReports(house)


@pytest.fixture
def desk(house: Around) -> Proposals:
    return Proposals(house)


@pytest.fixture
def profiles(house: Around) -> Profiles:
    return Profiles(house)


def picture(kind: str = "PNG") -> bytes:
    sent = io.BytesIO()
    Image.new("RGB", (60, 40), "green").save(sent, kind)
    return sent.getvalue()


async def subjects(begin: Begin) -> list[str]:
    async with begin.reading() as session:
        return list(await session.scalars(select(Letter.subject).order_by(Letter.subject)))


async def test_a_report_is_one_task_however_often_it_is_sent_and_the_answer_comes_back(
    reports: SessionReports, taught: Class, begin: Begin, jobs: Worker
) -> None:
    key, this = uuid4(), taught.sessions[0].id
    trouble = Trouble(kind=ReportKind.ROOM, text="Der Beamer ist kaputt.", picture=("bild.png", picture()))

    for _ in range(2):
        await reports.report(taught.trainer, session_id=this, report_id=key, trouble=trouble)
    for _ in range(2):
        await reports.answer(PLANNER, report_id=key, text="Wir tauschen ihn.")
    await jobs.drain()

    async with begin.reading() as session:
        [found] = (await session.execute(select(SessionReport.picture, SessionReport.has_picture))).all()
    assert (found.picture[:2], found.has_picture) == (b"\xff\xd8", True)
    assert await subjects(begin) == ["Antwort auf Ihre Meldung: Das Tablet kennenlernen"]
    with pytest.raises(AlreadyAnswered):
        await reports.answer(staff(Identity.RESOURCES), report_id=key, text="Anders.")


async def test_only_who_teaches_the_session_reports_and_only_pictures_are_taken(
    reports: SessionReports, taught: Class
) -> None:
    this, trouble = taught.sessions[0].id, Trouble(kind=ReportKind.OTHER, text="x")

    with pytest.raises(NotFound):
        await reports.report(
            trainer_actor(taught.people["ada"]), session_id=this, report_id=uuid4(), trouble=trouble
        )
    bad = Trouble(kind=ReportKind.OTHER, text="x", picture=("x.jpg", b"GIF89a<script>"))
    with pytest.raises(NotAPicture):
        await reports.report(taught.trainer, session_id=this, report_id=uuid4(), trouble=bad)
    with pytest.raises(Forbidden):
        await reports.answer(staff(Identity.FINANCE), report_id=uuid4(), text="x")


async def test_a_note_is_left_once_and_taken_away_by_its_author_alone(
    reports: SessionReports, taught: Class, begin: Begin
) -> None:
    this, key = taught.sessions[0].id, uuid4()
    for _ in range(2):
        await reports.leave_note(taught.trainer, session_id=this, note_id=key, text="Kapitel 3 fehlt noch.")
    await reports.remove_note(trainer_actor(taught.people["ada"]), session_id=this, note_id=key)
    async with begin.reading() as session:
        assert [one.text for one in await session.scalars(select(SessionNote))] == ["Kapitel 3 fehlt noch."]

    await reports.remove_note(taught.trainer, session_id=this, note_id=key)

    async with begin.reading() as session:
        assert (await session.scalars(select(SessionNote))).all() == []


async def test_a_proposal_goes_to_the_team_back_with_a_question_and_becomes_a_course_once(
    desk: Proposals, taught: Class, begin: Begin, house: Around, jobs: Worker
) -> None:
    key = uuid4()
    for _ in range(2):
        await desk.save(taught.trainer, proposal_id=key, idea=IDEA)
    await desk.submit(taught.trainer, proposal_id=key)
    await desk.decide(PLANNER, proposal_id=key, state=ProposalState.QUESTION, text="An welchen Tagen?")
    await desk.submit(taught.trainer, proposal_id=key, text="Dienstags.")

    courses, scheduling = Courses(house), Scheduling(house)
    taken = await asyncio.gather(
        *(_taken_on(begin, PLANNER, key, desk, courses, scheduling) for _ in range(2))
    )
    await jobs.drain()

    async with begin.reading() as session:
        made = (await session.scalars(select(Course).where(Course.title_de == IDEA.title))).all()
        [(run, prepared)] = (
            await session.execute(
                select(Run, Preparation)
                .join(Preparation, Preparation.run_id == Run.id)
                .where(Run.course_id == taken[0])
            )
        ).all()
        proposal = await session.get_one(CourseProposal, key)
    assert [one.id for one in made] == [taken[0]]
    assert taken[0] == taken[1] == proposal.course_id
    assert (run.state, run.minimum, run.capacity, proposal.state) == (
        RunState.DRAFT,
        4,
        9,
        ProposalState.ACCEPTED,
    )
    assert "Vorgeschlagen von Jonas Krüger." in prepared.note
    assert await subjects(begin) == [
        "Ein Kurs ist vorgeschlagen: Fotos mit dem Telefon",
        "Ein Kurs ist vorgeschlagen: Fotos mit dem Telefon",
        "Eine Frage zu Ihrem Vorschlag: Fotos mit dem Telefon",
        "Ihr Vorschlag ist angekommen: Fotos mit dem Telefon",
        "Ihr Vorschlag ist angekommen: Fotos mit dem Telefon",
        "Ihr Vorschlag ist übernommen: Fotos mit dem Telefon",
    ]


async def test_a_draft_is_the_trainers_alone_and_what_is_with_the_team_stands(
    desk: Proposals, taught: Class, begin: Begin
) -> None:
    key = uuid4()
    first = await desk.save(taught.trainer, proposal_id=key, idea=IDEA)
    async with begin.reading() as session:
        with pytest.raises(NotFound):
            await proposal_for(session, PLANNER, key)
    with pytest.raises(NotFound):
        await desk.submit(trainer_actor(taught.people["ada"]), proposal_id=key)
    await desk.save(taught.trainer, proposal_id=key, idea=IDEA, version=first.version)
    with pytest.raises(Stale):
        await desk.save(taught.trainer, proposal_id=key, idea=IDEA, version=99)
    await desk.submit(taught.trainer, proposal_id=key)
    with pytest.raises(NotInThisState):
        await desk.save(taught.trainer, proposal_id=key, idea=IDEA, version=3)
    with pytest.raises(ReasonMissing):
        await desk.decide(PLANNER, proposal_id=key, state=ProposalState.DECLINED, text=" ")
    await desk.decide(PLANNER, proposal_id=key, state=ProposalState.DECLINED, text="Gibt es schon.")
    with pytest.raises(NotInThisState):
        await desk.withdraw(taught.trainer, proposal_id=key)


async def test_a_trainer_is_public_by_their_own_wish_and_gone_at_once(
    profiles: Profiles, taught: Class, begin: Begin, clock: FixedClock
) -> None:
    jonas = taught.people["jonas"]
    async with begin() as session:
        session.add_all(
            [
                Topic(slug="foto", name_de="Foto", name_en="Photo"),
                Topic(slug="text", name_de="Text", name_en="Text"),
            ]
        )
        await session.execute(update(Trainer).values(topics=["foto", "text"]))
    before = await counts(begin)

    async def save(*, is_public: bool) -> None:
        async with begin.reading() as session:
            seen = (await profile_of(session, jonas.id)).seen
        shown = Portrayal(bio_de="Ich mag Fotos.", bio_en="", topics=("foto", "geheim"), is_public=is_public)
        await profiles.save(taught.trainer, portrayal=shown, seen=seen)

    await save(is_public=True)
    await profiles.show_picture(taught.trainer, name="ich.png", content=picture())

    day = today(clock)
    async with begin.reading() as session:
        [(name, path)] = await public_pages(session, taught.run.id, day)
        shown = await public_profile(session, (await profile_of(session, jonas.id)).trainer.id, day)
    assert (name, path, [one.slug for one in shown.shown], bool(shown.portrait)) == (
        "Jonas Krüger", shown.path, ["foto"], True,
    )  # fmt: skip
    assert (await counts(begin)).programme > before.programme
    await save(is_public=False)
    async with begin.reading() as session:
        assert await public_pages(session, taught.run.id, day) == []
        with pytest.raises(NotFound):
            await public_profile(session, shown.trainer.id, day)


async def test_nobody_under_18_is_shown(
    profiles: Profiles, taught: Class, begin: Begin, clock: FixedClock
) -> None:
    jonas = taught.people["jonas"]
    async with begin() as session:
        await session.execute(update(Person).where(Person.id == jonas.id).values(birth_date=date(2010, 1, 1)))
    shown = Portrayal(bio_de="", bio_en="", topics=(), is_public=True)
    async with begin.reading() as session:
        seen = (await profile_of(session, jonas.id)).seen

    with pytest.raises(NoProfileOfMinors):
        await profiles.save(taught.trainer, portrayal=shown, seen=seen)

    async with begin() as session:
        await session.execute(update(Trainer).values(is_public=True))
    async with begin.reading() as session:
        assert await public_pages(session, taught.run.id, today(clock)) == []
