"""Why a place went to whom: readable for the person without anybody else's name, and for the team (U21)."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import pytest

from lms.db import Begin
from lms.enrolment.errors import OfferGone
from lms.enrolment.lists.reading import Story, log_of, parties_of, story_of
from lms.enrolment.queries import claim
from lms.enrolment.service import Enrolments
from lms.enrolment.service.offering import open_offer
from lms.enrolment.values import Placement
from lms.jobs.worker import Worker
from lms.kernel.errors import DomainError
from lms.web.language import use_locale
from tests.enrolment.places import VISITOR, named, offered_run, people, told
from tests.making import BOTH, MOMENT, FixedClock, learner, make_person, staff

pytestmark = BOTH
TEAM = staff()


async def story(begin: Begin, placement: Placement, clock: FixedClock) -> Story:
    async with begin.reading() as session:
        with use_locale("de"):
            found = await story_of(session, await claim(session, placement.enrolments[0].id), clock())
    assert found is not None
    return found


def said(story: Story) -> Sequence[str]:
    return [words for _, words in story.lines]


async def test_a_couple_reads_why_it_was_not_their_turn_and_the_team_reads_who_got_the_place(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin, capacity=2, promotion_ends_at=MOMENT + timedelta(days=20))
    placed = [await enrolments.enrol(VISITOR, run_id=run.id, persons=[one]) for one in people(2)]
    pair = await enrolments.enrol(VISITOR, run_id=run.id, persons=people(2, "Paar"))
    single = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Erna Allein")])
    await enrolments.cancel(TEAM, enrolment_id=placed[0].enrolments[0].id)

    theirs = await story(begin, pair, clock)
    async with begin.reading() as session:
        entries, total = await log_of(session, run.id, limit=10)
        parties = await parties_of(session, run.id)

    assert (theirs.position, theirs.until) == (
        1,
        "Freie Plätze gehen bis Donnerstag, 24. Dezember 2026, 09:00 Uhr an die Warteliste.",
    )
    why = (
        "1 Platz wurde frei. Hier werden 2 Plätze zusammen gebraucht. Deshalb wurde die nächste Anmeldung gefragt, "
        "für die es reicht. Der Platz in der Reihe bleibt gleich."
    )
    assert said(theirs) == ["Auf die Warteliste gesetzt. Alle Plätze waren belegt.", why]
    assert "Sie warten zusammen auf 2 Plätze." in theirs.rule
    assert not any("Erna" in line for line in [*said(theirs), *theirs.rule])
    assert total == 4
    assert [(one.names, one.happening.kind, one.happening.free) for one in entries] == [
        (("Paar0 Muster", "Paar1 Muster"), "skipped", 1),
        (("Erna Allein",), "offered", None),
        (("Erna Allein",), "joined", None),
        (("Paar0 Muster", "Paar1 Muster"), "joined", None),
    ]
    assert entries[1].happening.deadline == clock() + timedelta(hours=48)
    assert [(one.rank, one.names, one.offer is not None) for one in parties] == [
        (1, ["Paar0 Muster", "Paar1 Muster"], False),
        (None, ["Erna Allein"], True),
    ]
    assert (
        "Er war bis Sonntag, 6. Dezember 2026, 09:00 Uhr reserviert."
        in said(await story(begin, single, clock))[1]
    )


async def test_after_the_end_of_promotion_the_page_says_that_the_list_stands_still(
    enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin, capacity=1, promotion_ends_at=MOMENT + timedelta(days=1))
    first, second = [await enrolments.enrol(VISITOR, run_id=run.id, persons=[one]) for one in people(2)]
    clock.forward(days=1)

    await enrolments.cancel(TEAM, enrolment_id=first.enrolments[0].id)

    waits = await story(begin, second, clock)
    assert (waits.position, len(waits.lines)) == (1, 1)
    assert waits.until.endswith("Jetzt ruht die Liste.")


async def test_the_letter_with_an_offer_goes_out_again_once_for_each_wish_and_only_by_the_team(
    enrolments: Enrolments, begin: Begin, clock: FixedClock, jobs: Worker
) -> None:
    run = await offered_run(begin, capacity=1)
    first, second = [await enrolments.enrol(VISITOR, run_id=run.id, persons=[one]) for one in people(2)]
    await enrolments.cancel(TEAM, enrolment_id=first.enrolments[0].id)
    async with begin.reading() as session:
        offer = await open_offer(session, second.enrolments[0].party_id)
    assert offer is not None
    wanted, deadline = uuid4(), offer.deadline

    for _ in range(2):
        await enrolments.write_again(TEAM, offer_id=offer.id, wanted_id=wanted)
    with pytest.raises(DomainError):
        await enrolments.write_again(learner(make_person()), offer_id=offer.id, wanted_id=uuid4())

    assert (await told(begin)).count("OfferLetterWanted") == 1
    clock.forward(hours=49)
    with pytest.raises(OfferGone):
        await enrolments.write_again(TEAM, offer_id=offer.id, wanted_id=uuid4())
    async with begin.reading() as session:
        assert await open_offer(session, second.enrolments[0].party_id) is None
    assert deadline < clock()
