"""Who is meant: the same person is recognised, and nobody gets at somebody else's data by knowing a name."""

from datetime import date

import pytest
from sqlalchemy import func, select

from lms.catalogue.models import Audience, CourseAudience
from lms.db import Begin
from lms.enrolment.errors import (
    AlreadyEnrolled,
    BirthDateNeeded,
    ContactNeeded,
    GuardianNeeded,
    SamePersonTwice,
    TooOld,
    TooYoung,
)
from lms.enrolment.models import EnrolmentState, SupportNeed
from lms.enrolment.service import Enrolments
from lms.enrolment.values import NewPerson
from lms.kernel.errors import NotFound
from lms.messaging.models import Channel
from lms.people.models import Guardianship, Person
from tests.enrolment.places import CHILD, VISITOR, named, offered_run, people, told
from tests.making import BOTH, FixedClock, learner, make_person, staff

pytestmark = BOTH
TEAM = staff()
MOTHER = named("Maria Kind", phone="03904 1234")


async def count(begin: Begin, of: type[object]) -> int:
    async with begin.reading() as session:
        return await session.scalar(select(func.count()).select_from(of)) or 0


async def known(begin: Begin, **given: object) -> Person:
    person = make_person("Jürgen", "Groß", matching="juergen gross", email="gross@example.com", **given)
    async with begin() as session:
        session.add(person)
    return person


@pytest.mark.parametrize(
    "typed",
    [
        named("Juergen GROSS", email="Gross@Example.com "),
        named("Jürgen Gross", email="neu@example.com", birth_date=date(1950, 3, 2)),
        named("jürgen groß", email=None, phone="+49 (0)3904 / 77-11"),
    ],
)
async def test_the_same_person_is_recognised_however_it_was_typed(
    enrolments: Enrolments, begin: Begin, typed: NewPerson
) -> None:
    person = await known(begin, birth_date=date(1950, 3, 2), phone="03904 7711")
    run = await offered_run(begin)

    placement = await enrolments.enrol(VISITOR, run_id=run.id, persons=[typed])

    assert placement.enrolments[0].person_id == person.id


@pytest.mark.parametrize(
    "typed",
    [
        named("Jürgen Groß", email="gross@example.com", birth_date=date(1980, 1, 1)),  # his son, same mailbox
        named("Jürgen Groß", email="sohn@example.com", phone="03904 7711"),  # his son, same telephone
        named("Jürgen Kleiner", email="gross@example.com"),
    ],
)
async def test_somebody_else_of_that_name_or_mailbox_is_a_new_person(
    enrolments: Enrolments, begin: Begin, typed: NewPerson
) -> None:
    await known(begin, birth_date=date(1950, 3, 2), phone="03904 7711")
    run = await offered_run(begin)

    await enrolments.enrol(VISITOR, run_id=run.id, persons=[typed])

    assert await count(begin, Person) == 2


async def test_a_stranger_changes_nothing_that_we_know_and_gets_the_letters_of_this_order_only(
    enrolments: Enrolments, begin: Begin
) -> None:
    person = make_person("Jürgen", "Groß", matching="juergen gross", email=None, birth_date=date(1950, 3, 2))
    async with begin() as session:
        session.add(person)
    run = await offered_run(begin)

    typed = named("Jürgen Groß", email="fremd@example.com", birth_date=date(1950, 3, 2), phone="0151 1")
    placement = await enrolments.enrol(VISITOR, run_id=run.id, persons=[typed])

    async with begin.reading() as session:
        kept = await session.get_one(Person, person.id)
        contact = await session.get_one(Person, placement.enrolments[0].contact_id)
    assert (kept.email, kept.phone) == (None, None)
    assert placement.enrolments[0].person_id == person.id
    assert contact.email == "fremd@example.com"
    with pytest.raises(AlreadyEnrolled):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[typed])


async def test_the_team_completes_what_was_missing(enrolments: Enrolments, begin: Begin) -> None:
    person = await known(begin)
    run = await offered_run(begin)

    await enrolments.enrol(
        TEAM,
        run_id=run.id,
        persons=[named("Jürgen Groß", email="gross@example.com", city="Wedringen", phone="03904 7711")],
    )

    async with begin.reading() as session:
        kept = await session.get_one(Person, person.id)
    assert (kept.phone, kept.city, kept.version) == ("03904 7711", "Wedringen", 2)


async def test_somebody_named_twice_or_enrolled_already_is_refused_by_name(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await offered_run(begin)
    with pytest.raises(SamePersonTwice):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named(), named("ada LEHMANN")])

    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])
    with pytest.raises(AlreadyEnrolled) as refused:
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])

    assert refused.value.params == {"name": "Ada Lehmann"}


async def test_one_acts_for_the_household_and_not_for_strangers(enrolments: Enrolments, begin: Begin) -> None:
    daughter, mother, stranger = make_person(), make_person("Erna", email=None), make_person("Frida")
    async with begin() as session:
        session.add_all([daughter, mother, stranger])
    run = await offered_run(begin)
    actor = learner(daughter, acts_for=frozenset({mother.id}))

    placement = await enrolments.enrol(actor, run_id=run.id, persons=[mother.id])

    enrolled = placement.enrolments[0]
    assert (enrolled.person_id, enrolled.contact_id) == (mother.id, daughter.id)
    with pytest.raises(NotFound):
        await enrolments.enrol(actor, run_id=run.id, persons=[stranger.id])


async def test_who_has_no_e_mail_gets_letters(enrolments: Enrolments, begin: Begin) -> None:
    run = await offered_run(begin)
    senior = named(
        "Erna Alt", email=None, phone="03904 5", street="Holzweg 1", postal_code="39340", city="Haldensleben"
    )

    placement = await enrolments.enrol(TEAM, run_id=run.id, persons=[senior])

    async with begin.reading() as session:
        person = await session.get_one(Person, placement.enrolments[0].person_id)
    assert (person.channel, person.email) == (Channel.POST, None)
    with pytest.raises(ContactNeeded):
        await enrolments.enrol(TEAM, run_id=run.id, persons=[named("Ohne Alles", email=None)])


async def test_age_limits_are_explained(enrolments: Enrolments, begin: Begin) -> None:
    run = await offered_run(begin, course={"min_age": 60, "max_age": 99})

    with pytest.raises(BirthDateNeeded):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])
    with pytest.raises(TooYoung) as refused:
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named(birth_date=date(1990, 1, 1))])
    with pytest.raises(TooOld):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named(birth_date=date(1920, 1, 1))])

    assert refused.value.params == {"name": "Ada Lehmann", "age": 60}


async def test_a_youth_run_asks_for_the_birth_date(enrolments: Enrolments, begin: Begin) -> None:
    run = await offered_run(begin)
    async with begin() as session:
        session.add(CourseAudience(course_id=run.course_id, audience=Audience.YOUTH))

    with pytest.raises(BirthDateNeeded):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()])


async def test_a_minor_waits_for_consent_and_takes_no_place_meanwhile(
    enrolments: Enrolments, begin: Begin
) -> None:
    run = await offered_run(begin, capacity=1)

    placement = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named("Lena Kind", email=None, birth_date=CHILD)], contact=MOTHER
    )
    child = placement.enrolments[0]

    assert child.state is EnrolmentState.REQUESTED
    assert await told(begin) == ["ConsentAsked"]
    link = enrolments.signer.token("consent", child.id)
    with pytest.raises(NotFound):
        await enrolments.consent(VISITOR, enrolment_id=child.id, wording="Ja", token="wrong")
    for _ in range(2):
        placed = await enrolments.consent(
            VISITOR, enrolment_id=child.id, wording="Ich bin einverstanden.", token=link
        )
    assert placed.state is EnrolmentState.CONFIRMED
    assert placed.enrolments[0].consent_wording == "Ich bin einverstanden."
    assert await told(begin) == ["ConsentAsked", "PlaceConfirmed"]
    assert await count(begin, Guardianship) == 1


async def test_who_consents_late_joins_at_the_end_of_the_list(enrolments: Enrolments, begin: Begin) -> None:
    run = await offered_run(begin, capacity=1)
    child = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named("Lena Kind", email=None, birth_date=CHILD)], contact=MOTHER
    )
    for person in people(2):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[person])

    placed = await enrolments.consent(
        TEAM, enrolment_id=child.enrolments[0].id, wording="Unterschrift auf Papier"
    )

    assert (placed.state, placed.position) == (EnrolmentState.WAITING, 2)


async def test_a_refused_or_forgotten_consent_ends_the_request(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin)
    first, second = [
        await enrolments.enrol(
            VISITOR,
            run_id=run.id,
            persons=[named(f"{name} Kind", email=None, birth_date=CHILD)],
            contact=MOTHER,
        )
        for name in ("Lena", "Mia")
    ]
    await enrolments.refuse_consent(
        VISITOR,
        enrolment_id=first.enrolments[0].id,
        token=enrolments.signer.token("consent", first.enrolments[0].id),
    )
    clock.forward(days=29)
    await enrolments.lapse_due()

    async with begin.reading() as session:
        ended = [
            await session.get_one(type(one.enrolments[0]), one.enrolments[0].id) for one in (first, second)
        ]
    assert [one.state for one in ended] == [EnrolmentState.CANCELLED, EnrolmentState.EXPIRED]


async def test_a_guardian_who_is_signed_in_consents_by_enrolling(
    enrolments: Enrolments, begin: Begin
) -> None:
    mother = make_person("Maria", "Kind")
    async with begin() as session:
        session.add(mother)
    run = await offered_run(begin)

    placement = await enrolments.enrol(
        learner(mother), run_id=run.id, persons=[named("Lena Kind", email=None, birth_date=CHILD)]
    )

    enrolled = placement.enrolments[0]
    assert (enrolled.state, enrolled.guardian_id) == (EnrolmentState.CONFIRMED, mother.id)
    assert enrolled.consented_at is not None


async def test_a_minor_alone_needs_a_guardian(enrolments: Enrolments, begin: Begin) -> None:
    run = await offered_run(begin)

    with pytest.raises(GuardianNeeded):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Lena Kind", birth_date=CHILD)])


async def test_nobody_becomes_the_guardian_of_a_child_we_know_by_naming_it(
    enrolments: Enrolments, begin: Begin
) -> None:
    child = make_person("Lena", "Kind", birth_date=CHILD, email=None)
    async with begin() as session:
        session.add(child)
    run = await offered_run(begin)

    placement = await enrolments.enrol(
        VISITOR,
        run_id=run.id,
        persons=[named("Lena Kind", email=None, birth_date=CHILD)],
        contact=named("Fremde Person"),
    )

    assert placement.enrolments[0].person_id == child.id
    assert await count(begin, Guardianship) == 0


async def test_what_somebody_needs_is_kept_apart(enrolments: Enrolments, begin: Begin) -> None:
    run = await offered_run(begin)

    await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named(support=["wheelchair"], support_note="Rampe")]
    )

    async with begin.reading() as session:
        need = (await session.scalars(select(SupportNeed))).one()
    assert (need.needs, need.note) == (["wheelchair"], "Rampe")
