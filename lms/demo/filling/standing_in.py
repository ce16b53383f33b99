"""A trainer of the demo who has just fallen ill: one colleague has said no, nobody has said yes yet."""

from datetime import timedelta

from sqlalchemy import select

from lms.catalogue.models import Run, RunState
from lms.demo.filling.ground import Ground
from lms.jobs.queue import announce
from lms.scheduling.demands import Ground as Surroundings
from lms.scheduling.events import SubstitutesAsked
from lms.scheduling.models import Session, SessionState, SubstituteOffer, SubstituteOfferState, Substitution
from lms.scheduling.stand_ins import candidates, teachers_of

SOON, LATER = timedelta(days=1), timedelta(days=12)
ASKED = 2
REPORTED = timedelta(hours=2)


async def fill_substitution(ground: Ground) -> None:
    """The first session to come for which at least three colleagues are qualified and free."""
    surroundings = Surroundings(ground.settings.federal_state, ground.settings.travel_minutes)
    rows = await ground.session.execute(
        select(Session, Run)
        .join(Run, Run.id == Session.run_id)
        .where(
            Run.state.in_((RunState.PUBLISHED, RunState.CONFIRMED)),
            Session.state == SessionState.PLANNED,
            Session.starts_at > ground.now + SOON,
            Session.starts_at < ground.now + LATER,
        )
        .order_by(Session.starts_at, Session.id)
    )
    for meeting, run in rows.all():
        teachers = await teachers_of(ground.session, meeting)
        free = [one for one in await candidates(ground.session, meeting, run, surroundings) if one.is_free]
        if len(teachers) != 1 or len(free) <= ASKED:
            continue
        reported = ground.now - REPORTED
        search = Substitution(
            id=ground.key(), session_id=meeting.id, absent_id=teachers[0].id, opened_at=reported,
            reason="Erkältung",
        )  # fmt: skip
        await ground.put([search])
        offers = [
            SubstituteOffer(
                id=ground.key(), substitution_id=search.id, person_id=one.person.id,
                sent_at=ground.now - REPORTED / 2,
            )
            for one in free[:ASKED]
        ]  # fmt: skip
        offers[0].state = SubstituteOfferState.DECLINED
        offers[0].answered_at = ground.now - REPORTED / 4
        await ground.put(offers)
        ground.note(
            reported, "session.trainer_absent", "session", meeting.id, person_id=teachers[0].id,
            reason=search.reason,
        )  # fmt: skip
        announce(ground.session, SubstitutesAsked(offer_ids=[one.id for one in offers]), at=ground.now)
        return
