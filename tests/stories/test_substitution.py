"""In a browser: a trainer falls ill, a colleague says yes by the link in the letter, and those enrolled read of it."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.clock import system_clock
from lms.messaging.models import Channel
from lms.people.models import Person
from lms.scheduling.models import RunTrainer, Session, SessionState, SessionTrainer, Substitution
from lms.trainers.models import Trainer
from tests.stories.conftest import DESKTOP, Centre, arrange, look_closely, sit_down
from tests.stories.test_enrolment import follow, letters_first, open_letter

Opener = Callable[..., Page]
PLANNER, STAND_IN = "Claudia Wegmann", "Stefan Ohlendorf"

__all__ = ["letters_first"]
"""A fixture that the stories share, found here by pytest."""


@pytest.fixture
def lesson(centre: Centre) -> tuple[str, UUID]:
    """A session to come with a group, its only trainer, and a colleague who is free and knows the course."""
    return arrange(prepare, centre)


async def prepare(begin: Begin) -> tuple[str, UUID]:
    groups = (
        select(Enrolment.run_id)
        .where(Enrolment.state == EnrolmentState.CONFIRMED)
        .group_by(Enrolment.run_id)
        .having(func.count() > 3)
    )
    alone = select(SessionTrainer.session_id).group_by(SessionTrainer.session_id).having(func.count() == 1)
    async with begin() as session:
        given_name, family_name = STAND_IN.split()
        colleague = (
            await session.scalars(
                select(Person)
                .join(Trainer, Trainer.person_id == Person.id)
                .where(Person.given_name == given_name, Person.family_name == family_name)
            )
        ).one()
        busy = (
            await session.scalars(
                select(Session.starts_at)
                .join(SessionTrainer, SessionTrainer.session_id == Session.id)
                .where(SessionTrainer.person_id == colleague.id)
            )
        ).all()
        rows = await session.execute(
            select(Session, Person)
            .join(SessionTrainer, SessionTrainer.session_id == Session.id)
            .join(Person, Person.id == SessionTrainer.person_id)
            .where(
                Session.run_id.in_(groups),
                Session.id.in_(alone),
                Session.id.not_in(select(Substitution.session_id)),
                Session.starts_at > system_clock() + timedelta(days=3),
                Session.state == SessionState.PLANNED,
                Person.id != colleague.id,
            )
            .order_by(Session.starts_at)
        )
        for meeting, absent in rows.all():
            if all(abs(one - meeting.starts_at) > timedelta(hours=8) for one in busy):
                session.add(RunTrainer(run_id=meeting.run_id, person_id=colleague.id, position=9))
                return absent.name, meeting.id
    raise AssertionError("the demo has no such session")


async def addresses(begin: Begin, session_id: UUID) -> tuple[str, str]:
    """Where the colleague's letters go, and those of somebody enrolled."""
    given_name, family_name = STAND_IN.split()
    reader = func.coalesce(Enrolment.contact_id, Enrolment.guardian_id, Enrolment.person_id)
    async with begin.reading() as session:
        colleague = await session.scalar(
            select(Person.email).where(Person.given_name == given_name, Person.family_name == family_name)
        )
        enrolled = await session.scalar(
            select(Person.email)
            .join(Enrolment, reader == Person.id)
            .join(Session, Session.run_id == Enrolment.run_id)
            .where(
                Session.id == session_id,
                Enrolment.state == EnrolmentState.CONFIRMED,
                Person.email.is_not(None),
                Person.channel == Channel.EMAIL,
                Person.language == "de",
            )
            .limit(1)
        )
    return colleague or "", enrolled or ""


def test_a_trainer_falls_ill_and_a_colleague_stands_in_by_a_link(
    lesson: tuple[str, UUID], open_page: Opener, centre: Centre
) -> None:
    absent, session_id = lesson
    phone = open_page()
    sit_down(phone, absent)
    phone.goto(f"/kursleitung/termine/{session_id}")
    phone.get_by_role("link", name="Ich kann nicht kommen").click()
    look_closely(phone)
    phone.get_by_label("Grund").fill("Fieber")
    phone.get_by_role("button", name="Dem Team absagen").click()
    expect(phone.locator("main")).to_contain_text("Sie haben gemeldet, dass Sie nicht kommen können.")

    desk = open_page(viewport=DESKTOP)
    sit_down(desk, PLANNER)
    desk.get_by_role("link", name=re.compile("wird eine Vertretung gesucht")).click()
    look_closely(desk)
    desk.goto(f"/verwaltung/termine/{session_id}/vertretung")
    expect(desk.locator("main")).to_contain_text("Grund: Fieber")
    look_closely(desk)
    expect(desk.get_by_label(STAND_IN)).to_be_checked()
    desk.get_by_role("button", name="Anfragen senden").click()
    expect(desk.locator("main")).to_contain_text("Bisher angefragt")

    colleague = open_page()
    theirs, readers = arrange(lambda begin: addresses(begin, session_id), centre)
    open_letter(colleague, theirs, re.compile("Können Sie vertreten"))
    follow(colleague, "/vertretung/")
    look_closely(colleague)
    colleague.get_by_role("button", name="Ja, ich unterrichte").click()
    expect(colleague.locator("main")).to_contain_text("Vielen Dank: Sie unterrichten diesen Termin.")

    reader = open_page()
    open_letter(reader, readers, re.compile("Andere Kursleitung"))
    expect(reader.locator("main")).to_contain_text(f"unterrichtet {STAND_IN} in Vertretung für {absent}.")
    expect(reader.locator("main")).not_to_contain_text("Fieber")
    desk.goto(f"/verwaltung/termine/{session_id}/vertretung")
    expect(desk.locator("main")).to_contain_text(f"{STAND_IN} vertritt {absent}.")
