"""Enrolling by mandate, and what follows when somebody no longer decides: letters, links, consents."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from lms.attendance.participants import participants
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.errors import ConsentNeedsTeam
from lms.enrolment.minimum.models import Inquiry, Measure, Reply
from lms.enrolment.minimum.service import MinimumNumbers
from lms.enrolment.minimum.values import Wish
from lms.enrolment.models import Enrolment, EnrolmentState, Offer, PaperConsent
from lms.enrolment.queries import claim_for, claims_of_persons
from lms.enrolment.service import Enrolments
from lms.enrolment.service.offering import offer_path
from lms.enrolment.values import ChildFacts, KnownPerson
from lms.feeds.own import OwnFeeds, Wanted
from lms.feeds.service import Feeds
from lms.jobs.worker import Worker
from lms.kernel.errors import NotFound
from lms.messaging.models import Letter
from lms.people.errors import PaperFromFuture
from lms.people.guardians import Guardians
from lms.people.mandates import Mandates
from lms.people.models import Consent, Guardianship, Person
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, offered_run
from tests.making import BOTH, MOMENT, FixedClock, make_person, staff
from tests.people.acting import (
    CANCEL,
    ENROL,
    LETTERS,
    SEE,
    TODAY,
    at_the_door,
    daughter_of,
    mother_known,
    signed,
)

pytestmark = BOTH
TEAM = staff()


@pytest.fixture
def mandates(house: Around) -> Mandates:
    return Mandates(house)


async def written(begin: Begin, kind: str) -> list[Letter]:
    async with begin.reading() as session:
        rows = await session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.to_name))
        return list(rows)


async def test_by_mandate_the_mother_is_the_customer_and_gets_the_letter(
    enrolments: Enrolments, mandates: Mandates, begin: Begin, house: Around, jobs: Worker
) -> None:
    daughter, mother = await daughter_of(begin), await mother_known(begin)
    mandate_id = await signed(mandates, TEAM, mother.id, daughter.id, SEE, ENROL, LETTERS)
    actor, run = await at_the_door(begin, daughter), await offered_run(begin)

    placed = await enrolments.enrol(actor, run_id=run.id, persons=[mother.id], contact=daughter.id)
    await jobs.drain()
    enrolment = placed.enrolments[0]
    letter = [(one.to_name, one.channel.value) for one in await written(begin, "place_confirmed")]
    copy = (await written(begin, "place_confirmed"))[1]
    address = await OwnFeeds(house).make(actor, feed_id=uuid4(), wanted=Wanted())
    feed_id, token = address.removeprefix("/kalender/").removesuffix(".ics").split("/")
    async with begin.reading() as session:
        seen = (await claim_for(session, actor, enrolment.id)).enrolment.id

    await mandates.withdraw(TEAM, mandate_id=mandate_id, reason="Anruf")
    later = await at_the_door(begin, daughter)

    assert (enrolment.state, enrolment.contact_id) == (EnrolmentState.CONFIRMED, mother.id)
    assert letter == [("Ilse Berger", "post"), ("Katja Berger", "email")]
    assert "/anmeldung/" not in copy.html
    assert f"/meine-kurse/{enrolment.id}" in copy.html
    assert seen == enrolment.id
    async with begin.reading() as session:
        with pytest.raises(NotFound):
            await claim_for(session, later, enrolment.id)
        assert await claims_of_persons(session, later.persons) == []
    with pytest.raises(NotFound):
        await enrolments.enrol(later, run_id=(await offered_run(begin)).id, persons=[mother.id])
    with pytest.raises(NotFound):
        await enrolments.preview_cancellation(later, enrolment_id=enrolment.id)
    assert b"VEVENT" not in await Feeds(house).personal(UUID(feed_id), token)


async def test_a_mandate_grants_its_acts_and_no_other(
    enrolments: Enrolments, mandates: Mandates, begin: Begin
) -> None:
    daughter, mother = await daughter_of(begin), await mother_known(begin)
    await signed(mandates, TEAM, mother.id, daughter.id, SEE)
    run, actor = await offered_run(begin), await at_the_door(begin, daughter)
    placed = await enrolments.enrol(TEAM, run_id=run.id, persons=[mother.id])

    with pytest.raises(NotFound):
        await enrolments.cancel(actor, enrolment_id=placed.enrolments[0].id)
    with pytest.raises(NotFound):
        await enrolments.enrol(actor, run_id=(await offered_run(begin)).id, persons=[mother.id])
    tokened = replace(actor, limited_to=frozenset({("R", "session")}))

    assert actor.persons_for("R", "enrolment") == {daughter.id, mother.id}
    assert actor.persons_for("R", "invoice") == {daughter.id}
    assert tokened.persons_for("R", "enrolment") == frozenset()


async def test_whoever_may_cancel_cancels_for_her(
    enrolments: Enrolments, mandates: Mandates, begin: Begin
) -> None:
    daughter, mother = await daughter_of(begin), await mother_known(begin)
    await signed(mandates, TEAM, mother.id, daughter.id, CANCEL, until=TODAY)
    placed = await enrolments.enrol(TEAM, run_id=(await offered_run(begin)).id, persons=[mother.id])

    tomorrow = await at_the_door(begin, daughter, TODAY + timedelta(days=1))
    with pytest.raises(NotFound):
        await enrolments.cancel(tomorrow, enrolment_id=placed.enrolments[0].id)
    await enrolments.cancel(await at_the_door(begin, daughter), enrolment_id=placed.enrolments[0].id)

    async with begin.reading() as session:
        kept = await session.get_one(Enrolment, placed.enrolments[0].id)
    assert kept.state is EnrolmentState.CANCELLED


async def family(begin: Begin, born: date) -> tuple[Person, Person]:
    parent = make_person("Jens", "Arnold", street="Markt 1", postal_code="39340", city="Haldensleben")
    child = make_person(
        "Lena", "Arnold", email=None, birth_date=born, channel="post", street="Markt 1", postal_code="39340",
        city="Haldensleben",
    )  # fmt: skip
    async with begin() as session:
        session.add_all([parent, child])
        await session.flush()
        session.add(Guardianship(guardian_id=parent.id, child_id=child.id, emergency_phone="+4939041"))
    return parent, child


async def test_losing_guardianship_closes_pages_and_links_of_letters(
    enrolments: Enrolments, begin: Begin, house: Around, jobs: Worker
) -> None:
    parent, child = await family(begin, date(2013, 5, 1))
    actor, run = await at_the_door(begin, parent), await offered_run(begin)
    placed = await enrolments.enrol(actor, run_id=run.id, persons=[child.id])
    enrolment = placed.enrolments[0]
    token = house.signer.token("enrolment", enrolment.id, enrolment.link_version)
    before = await enrolments.preview_cancellation(actor, enrolment_id=enrolment.id, token=token)

    await Guardians(house).end(TEAM, guardian_id=parent.id, child_id=child.id, reason="Beschluss")
    await jobs.drain()

    later = await at_the_door(begin, parent)
    assert before.enrolment_id == enrolment.id
    async with begin.reading() as session:
        with pytest.raises(NotFound):
            await claim_for(session, later, enrolment.id)
    for key in ("", token):
        with pytest.raises(NotFound):
            await enrolments.cancel(later, enrolment_id=enrolment.id, token=key)


async def test_old_links_of_a_former_guardian_lead_to_nothing_that_came_of_them(
    enrolments: Enrolments, begin: Begin, house: Around, jobs: Worker
) -> None:
    parent, child = await family(begin, date(2013, 5, 1))
    actor = await at_the_door(begin, parent)
    old, new, full = (
        await offered_run(begin),
        await offered_run(begin, price_cents=400),
        await offered_run(begin, capacity=1),
    )
    placed = await enrolments.enrol(actor, run_id=old.id, persons=[child.id])
    first = await enrolments.enrol(VISITOR, run_id=full.id, persons=[named()])
    await enrolments.enrol(actor, run_id=full.id, persons=[child.id])
    await enrolments.cancel(TEAM, enrolment_id=first.enrolments[0].id)
    moved = await enrolments.move(
        TEAM, enrolment_id=placed.enrolments[0].id, run_id=new.id, payment_method=PaymentMethod.CASH
    )
    async with begin.reading() as session:
        offer = (await session.scalars(select(Offer))).one()
        path = await offer_path(session, house.signer, offer)
    asked = await MinimumNumbers(house).propose(  # about the course to which the child was moved
        TEAM, run_id=new.id, wish=Wish(measure=Measure.SMALL_GROUP, price_cents=500, deadline=MOMENT + timedelta(days=3)), proposal_id=uuid4()
    )  # fmt: skip
    async with begin.reading() as session:
        inquiry = (await session.scalars(select(Inquiry).where(Inquiry.proposal_id == asked.id))).one()

    await Guardians(house).end(TEAM, guardian_id=parent.id, child_id=child.id, reason="Beschluss")
    await jobs.drain()

    numbers, replies = MinimumNumbers(house), {moved.enrolment.id: Reply.YES}
    with pytest.raises(NotFound):
        await enrolments.accept(VISITOR, offer_id=offer.id, token=path.rsplit("/", 1)[1])
    with pytest.raises(NotFound):
        await enrolments.move(
            VISITOR, enrolment_id=placed.enrolments[0].id, run_id=new.id,
            token=house.signer.token("enrolment", placed.enrolments[0].id),
        )  # fmt: skip
    with pytest.raises(NotFound):
        await numbers.answer(
            VISITOR, inquiry_id=inquiry.id, token=house.signer.token("proposal", inquiry.id), replies=replies
        )
    async with begin.reading() as session:
        now = await offer_path(session, house.signer, offer)
    await enrolments.accept(VISITOR, offer_id=offer.id, token=now.rsplit("/", 1)[1])


async def test_where_guardians_disagree_only_the_team_records_a_consent(
    enrolments: Enrolments, begin: Begin, house: Around, jobs: Worker
) -> None:
    parent, child = await family(begin, date(2013, 5, 1))
    await Guardians(house).mark_conflict(TEAM, child_id=child.id, exists=True, reason="Anruf der Mutter")
    actor, run = await at_the_door(begin, parent), await offered_run(begin)

    placed = await enrolments.enrol(actor, run_id=run.id, persons=[child.id])
    await jobs.drain()
    enrolment = placed.enrolments[0]
    token = house.signer.token("consent", enrolment.id, enrolment.link_version)
    with pytest.raises(ConsentNeedsTeam):
        await enrolments.consent(actor, enrolment_id=enrolment.id, wording="Ja", token=token)
    with pytest.raises(PaperFromFuture):
        await enrolments.consent(
            TEAM, enrolment_id=enrolment.id, wording="Ja", seen_on=TODAY + timedelta(days=1)
        )
    done = await enrolments.consent(TEAM, enrolment_id=enrolment.id, wording="Ja, beide.", seen_on=TODAY)

    async with begin.reading() as session:
        paper = (await session.scalars(select(PaperConsent))).one()
    assert (placed.state, done.state) == (EnrolmentState.REQUESTED, EnrolmentState.CONFIRMED)
    assert await written(begin, "consent_asked") == []
    assert (paper.seen_on, paper.recorded_by) == (TODAY, TEAM.account_id)


async def test_a_guardian_is_reminded_once_before_the_question_lapses(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    parent, child = await family(begin, date(2013, 5, 1))
    run = await offered_run(begin)
    placed = await enrolments.enrol(
        TEAM, run_id=run.id, persons=[KnownPerson(id=child.id, guardian=parent.id)]
    )
    async with begin() as session:
        await session.execute(update(Enrolment).values(held_until=clock() + timedelta(days=4)))

    early = await enrolments.remind_guardians()
    clock.forward(days=2, hours=1)
    counts = early, await enrolments.remind_guardians(), await enrolments.remind_guardians()

    letters = await written(begin, "consent_reminder")
    assert placed.state is EnrolmentState.REQUESTED
    assert counts == (0, 1, 0)
    assert [one.to_name for one in letters] == ["Jens Arnold"]


async def test_a_young_person_of_sixteen_is_asked_about_photos_instead_of_the_guardian(
    enrolments: Enrolments, begin: Begin, jobs: Worker
) -> None:
    facts = ChildFacts(emergency_phone="+4939041", may_go_home_alone=True, photo_wording="Ja, Fotos.")
    run = await offered_run(begin)
    for born in (date(2010, 6, 1), date(2013, 6, 1)):
        parent, child = await family(begin, born)
        asked = await enrolments.enrol(
            TEAM, run_id=run.id, persons=[KnownPerson(id=child.id, guardian=parent.id)]
        )
        await enrolments.consent(
            await at_the_door(begin, parent), enrolment_id=asked.enrolments[0].id, wording="Ja", child=facts
        )
    await jobs.drain()

    async with begin.reading() as session:
        given = (await session.scalars(select(Consent.person_id))).all()
        seen = await participants(session, run.id, today=TODAY, with_emergency=True)
    assert given == [child.id]
    assert {one.person_id: one.may_be_photographed for one in seen}[child.id]
    assert [one.to_name for one in await written(begin, "photo_question")] == ["Lena Arnold"]
