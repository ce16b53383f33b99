"""Two records of one person become one, with everything that hangs on them (F-Q08)."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from lms.accounts.models import Account, BrowserSession
from lms.accounts.queries import capacities_of
from lms.audit.models import AuditEntry
from lms.billing.models import EntryKind, LedgerEntry
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.enrolment.service import Enrolments
from lms.kernel.errors import Forbidden, NotFound, Stale
from lms.kernel.rights import Identity
from lms.kernel.tokens import hashed
from lms.people.duplicates import likely_duplicates, records_merged_into
from lms.people.errors import AccountHasRoles, ActForEachOther, BothInRun, SamePerson
from lms.people.guardians import Guardians
from lms.people.mandates import Mandates
from lms.people.merging import Merging
from lms.people.models import Guardianship, Mandate, MandateScope, Membership, Person
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, offered_run
from tests.making import BOTH, MOMENT, make_person, staff
from tests.people.acting import TODAY, signed
from tests.visiting import make_account

pytestmark = BOTH

TEAM = staff()
BORN = date(1948, 5, 9)


@pytest.fixture
def merging(house: Around) -> Merging:
    return Merging(house)


async def two(begin: Begin, **of_second: Any) -> tuple[Person, Person]:
    """The same woman, known from the counter and from the web."""
    first = make_person("Ilse", "Berger", birth_date=BORN, email=None, phone="+493904555")
    second = make_person(
        "Ilse", "Berger", **{"birth_date": BORN, "created_at": MOMENT + timedelta(days=1)} | of_second
    )
    async with begin() as session:
        session.add_all([first, second])
    return first, second


async def test_likely_duplicates_are_found_told_apart_and_never_asked_about_again(
    merging: Merging, begin: Begin
) -> None:
    first, second = await two(begin)
    async with begin() as session:
        session.add_all(
            [
                make_person("Karl", "Otto", birth_date=date(1950, 1, 1), street="Markt 1", postal_code="1", email=None),
                make_person("Karl", "Otto", birth_date=date(1980, 1, 1), street="Markt 1", postal_code="1", email=None),
                make_person("Eva", "Neu", email=None), make_person("Eva", "Neu", email=None),
            ]
        )  # fmt: skip

    async with begin.reading() as session:
        pairs, total = await likely_duplicates(session, limit=10)
    for _ in range(2):
        await merging.tell_apart(TEAM, one_id=second.id, other_id=first.id)
    async with begin.reading() as session:
        _, left = await likely_duplicates(session, limit=10)

    assert [(pair.first.id, pair.second.id, pair.shared) for pair in pairs] == [
        (first.id, second.id, ("birth_date",))
    ]
    assert (total, left) == (1, 0)


async def test_everything_moves_and_the_books_stay_as_they_are(
    merging: Merging, house: Around, begin: Begin
) -> None:
    kept, gone = await two(begin)
    daughter = make_person("Katja", "Berger")
    async with begin() as session:
        session.add(daughter)
    for one in (kept, gone):
        await Guardians(house).join(TEAM, head_id=daughter.id, person_id=one.id)
        await signed(Mandates(house), TEAM, one.id, daughter.id, MandateScope.SEE)
    run = await offered_run(begin)
    placed = await Enrolments(house).enrol(TEAM, run_id=run.id, persons=[gone.id])
    async with begin() as session:
        session.add(
            LedgerEntry(booked_at=MOMENT, kind=EntryKind.CHARGE, amount_cents=5, cause="x", debtor_id=gone.id)
        )
    account = await make_account(begin, person=gone, is_known=True)

    for _ in range(2):  # sent twice
        await merging.merge(TEAM, kept_id=kept.id, gone_id=gone.id, taken=["email"], versions=None)

    async with begin.reading() as session:
        alive, signpost = await session.get_one(Person, kept.id), await session.get_one(Person, gone.id)
        place = await session.get_one(Enrolment, placed.enrolments[0].id)
        homes = (await session.scalars(select(Membership.person_id))).all()
        mandates = (await session.scalars(select(Mandate).where(Mandate.ended_at.is_(None)))).all()
        debtor = await session.scalar(select(LedgerEntry.debtor_id).where(LedgerEntry.cause == "x"))
        owner = await session.scalar(select(Account.person_id).where(Account.id == account.id))
        told = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "person.merged"))).all()
        mine = await capacities_of(session, account.id, kept.id, TODAY)
        hers = await capacities_of(session, uuid4(), daughter.id, TODAY)
        assert await records_merged_into(session, kept.id) == [gone.id]
    assert (alive.email, alive.phone) == ("ilse.berger@example.com", "+493904555")
    assert (signpost.merged_into_id, signpost.given_name) == (kept.id, "Ilse")
    assert (place.person_id, place.contact_id) == (kept.id, kept.id)
    assert sorted(homes, key=str) == sorted([daughter.id, kept.id], key=str)
    assert [(one.principal_id, one.agent_id) for one in mandates] == [(kept.id, daughter.id)]
    assert (debtor, owner) == (gone.id, kept.id)
    assert [(one.object_id, one.before["merged"]) for one in told] == [(kept.id, str(gone.id))]
    assert gone.id in mine.acts_for  # so certificates and invoices issued to the older record open
    assert gone.id in hers.acts_for


async def test_what_is_not_one_person_or_must_be_settled_first_is_refused_in_words(
    merging: Merging, house: Around, begin: Begin
) -> None:
    kept, gone = await two(begin, birth_date=None)
    child = make_person("Lena", "Berger", birth_date=date(2015, 1, 1), email=None)
    async with begin() as session:
        session.add(child)
    run = await offered_run(begin)
    for one in (kept, gone):
        await Enrolments(house).enrol(TEAM, run_id=run.id, persons=[one.id])
    await Guardians(house).name(TEAM, guardian_id=kept.id, child_id=child.id, emergency_phone="1")

    with pytest.raises(BothInRun) as twice:
        await merging.merge(TEAM, kept_id=kept.id, gone_id=gone.id)
    with pytest.raises(ActForEachOther):
        await merging.merge(TEAM, kept_id=kept.id, gone_id=child.id)
    with pytest.raises(SamePerson):
        await merging.merge(TEAM, kept_id=kept.id, gone_id=kept.id)
    with pytest.raises(NotFound):
        await merging.merge(TEAM, kept_id=kept.id, gone_id=uuid4())
    with pytest.raises(Stale):
        await merging.merge(TEAM, kept_id=kept.id, gone_id=gone.id, versions=(1, 99))
    for nobody in (staff(Identity.PROGRAMME), staff(Identity.ADMINISTRATOR), VISITOR):
        with pytest.raises(Exception) as refused:  # noqa: PT011 - who is not signed in is asked to sign in
            await merging.merge(nobody, kept_id=kept.id, gone_id=gone.id)
        assert isinstance(refused.value, Forbidden) or nobody is VISITOR

    assert run.number in str(twice.value.params["runs"])
    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).where(Person.merged_into_id.is_not(None))) == 0


async def test_of_two_accounts_one_is_locked_and_signed_out_and_none_of_the_team_is(
    merging: Merging, begin: Begin
) -> None:
    kept, gone = await two(begin)
    await make_account(begin, person=kept, is_known=True)
    other = await make_account(begin, person=gone, is_known=True)
    async with begin() as session:
        session.add(
            BrowserSession(
                hash=hashed("x"), account_id=other.id, created_at=MOMENT, seen_at=MOMENT,
                ends_at=MOMENT + timedelta(days=1), idle_minutes=60,
            )
        )  # fmt: skip
    colleague = make_person("Ilse", "Berger", email="team@example.com")
    await make_account(begin, Identity.FINANCE, person=colleague)

    with pytest.raises(AccountHasRoles):
        await merging.merge(TEAM, kept_id=kept.id, gone_id=colleague.id)
    await merging.merge(TEAM, kept_id=kept.id, gone_id=gone.id)

    async with begin.reading() as session:
        assert (await session.get_one(Account, other.id)).locked_at is not None
        assert (await session.scalars(select(BrowserSession))).all() == []


async def test_a_guardianship_that_ended_for_one_record_has_ended_for_the_person(
    merging: Merging, house: Around, begin: Begin
) -> None:
    kept, gone = await two(begin)
    child = make_person("Lena", "Berger", birth_date=date(2015, 1, 1), email=None)
    async with begin() as session:
        session.add(child)
    guardians = Guardians(house)
    for one in (kept, gone):
        await guardians.name(TEAM, guardian_id=one.id, child_id=child.id, emergency_phone="1")
    await guardians.end(TEAM, guardian_id=gone.id, child_id=child.id, reason="Anruf")

    await merging.merge(TEAM, kept_id=kept.id, gone_id=gone.id)

    async with begin.reading() as session:
        left = (await session.scalars(select(Guardianship))).one()
    assert left.guardian_id == kept.id
    assert left.ended_at is not None


async def test_whoever_enrols_while_two_are_merged_becomes_the_one_who_stays(
    merging: Merging, house: Around, begin: Begin
) -> None:
    kept, gone = await two(begin, email="neu@example.com")
    runs = [await offered_run(begin) for _ in range(4)]
    typed = named("Ilse Berger", email="neu@example.com", birth_date=BORN)

    async def enrol(run_id: UUID) -> None:
        await Enrolments(house).enrol(VISITOR, run_id=run_id, persons=[typed])

    await asyncio.gather(
        enrol(runs[0].id), merging.merge(TEAM, kept_id=kept.id, gone_id=gone.id), enrol(runs[1].id),
        merging.merge(TEAM, kept_id=kept.id, gone_id=gone.id), enrol(runs[2].id), enrol(runs[3].id),
    )  # fmt: skip

    async with begin.reading() as session:
        whose = set((await session.scalars(select(Enrolment.person_id))).all())
        merged = await session.scalar(select(func.count()).where(AuditEntry.action == "person.merged"))
    assert whose == {kept.id}
    assert merged == 1
