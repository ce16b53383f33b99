"""Whoever holds a certificate: who sees it, what others see of the name, and that it is kept in the trail."""

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.certification.holding import Holding, held_by
from lms.certification.models import Certificate, CertificateState, ShownName
from lms.certification.verification.register import found_by_code, found_by_file
from lms.db import Begin
from lms.kernel.actor import ANONYMOUS, Actor
from lms.kernel.errors import NotFound
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.web.module import Around
from tests.certification.papers import keep
from tests.making import BOTH, MOMENT, learner, make_person, staff

pytestmark = BOTH


@pytest.fixture
async def ada(begin: Begin) -> Person:
    person = make_person()
    async with begin() as session:
        session.add(person)
    return person


async def name_of(begin: Begin, certificate: Certificate) -> ShownName:
    async with begin.reading() as session:
        return (await session.get_one(Certificate, certificate.id)).shown_name


async def test_the_holder_decides_what_others_see_of_the_name_and_it_is_noted_once(
    house: Around, begin: Begin, ada: Person
) -> None:
    paper = await keep(begin, person_id=ada.id)
    holding = Holding(house)

    for _ in range(2):
        await holding.show_name(learner(ada), certificate_id=paper.id, shown=ShownName.INITIALS)

    async with begin.reading() as session:
        noted = (
            await session.scalars(select(AuditEntry).where(AuditEntry.action == "certificate.name-shown"))
        ).all()
    assert await name_of(begin, paper) is ShownName.INITIALS
    assert [(entry.person_id, entry.before, entry.after) for entry in noted] == [
        (ada.id, {"shown_name": "full"}, {"shown_name": "initials"})
    ]


async def test_who_speaks_for_the_household_decides_as_well_and_nobody_else(
    house: Around, begin: Begin, ada: Person
) -> None:
    paper = await keep(begin, person_id=ada.id)
    mother, stranger = make_person("Eva"), make_person("Mallory", "Meier")
    reader = Actor(
        identities=frozenset({Identity.LEARNER}),
        account_id=stranger.id,
        person_id=stranger.id,
        granted=frozenset({(ada.id, "R", "certificate")}),
    )

    for actor in (learner(stranger), staff(Identity.CERTIFICATES), reader, ANONYMOUS):
        with pytest.raises(NotFound):
            await Holding(house).show_name(actor, certificate_id=paper.id, shown=ShownName.HIDDEN)
    assert await name_of(begin, paper) is ShownName.FULL

    speaks = learner(mother, acts_for=frozenset({ada.id}))
    await Holding(house).show_name(speaks, certificate_id=paper.id, shown=ShownName.HIDDEN)
    assert await name_of(begin, paper) is ShownName.HIDDEN


async def test_each_person_of_the_household_has_their_own_newest_first_and_records_that_were_merged_count(
    begin: Begin, ada: Person
) -> None:
    twin, child = make_person("Ada", "Lehman", merged_into_id=ada.id), make_person("Lena")
    async with begin() as session:
        session.add_all([twin, child])
    newer = await keep(begin, person_id=ada.id, counter=2, credential="{}")
    older = await keep(begin, person_id=twin.id, counter=3)
    replaced = await keep(
        begin,
        person_id=child.id,
        counter=4,
        state=CertificateState.REPLACED,
        ended_at=MOMENT,
        replaced_by=newer.id,
    )

    async with begin.reading() as session:
        holders = await held_by(session, {ada.id, child.id})

    seen = [
        (
            holder.name,
            [(one.certificate.number, one.size, one.has_badge, one.heir_number) for one in holder.held],
        )
        for holder in holders
    ]
    assert seen == [
        ("Ada Lehmann", [(older.number, 24, False, None), (newer.number, 24, True, None)]),
        ("Lena Lehmann", [(replaced.number, 24, False, newer.number)]),
    ]


async def test_the_register_finds_a_code_as_it_is_typed_and_a_file_by_its_bytes(begin: Begin) -> None:
    paper = await keep(begin)

    async with begin.reading() as session:
        by_code = await found_by_code(session, f" https://x.example/pruefen/{paper.code.lower()}?q=1")
        by_file = await found_by_file(session, paper.sha256.upper())
        nothing = await found_by_file(session, "0" * 64)

    assert [found.certificate.id for found in (by_code, by_file) if found.certificate] == [paper.id] * 2
    assert (nothing.certificate, nothing.expired) == (None, None)
