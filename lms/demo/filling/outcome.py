"""Wishes of which something came: one course was held, two are planned, one of them opens for its supporters first."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from lms.audit.trail import record
from lms.catalogue.models import Audience, Course, CourseAudience, Run, RunState
from lms.demo.filling.ground import Ground
from lms.enrolment.early.rights import grant
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import at_venue, local
from lms.participation.models import Vote, VoteState, Way, Wish, WishRun, WishState
from lms.participation.similar import matching_of

DAY = timedelta(days=1)
OPEN_FOR_ALL = 5
WISHES = (
    (
        "Podcast aufnehmen: Wie geht das?",
        "Wir sind zu dritt und wollen einen Podcast über unser Dorf machen. Uns fehlt jemand, der uns Aufnahme und Schnitt zeigt.",
        Audience.YOUTH, "podcast-studio", 31, WishState.DONE,
    ),
    (
        "Fotos vom Handy ordnen und sichern",
        "Ich habe tausende Bilder auf dem Telefon und finde nichts wieder. Am liebsten vormittags und in kleiner Runde.",
        Audience.SENIORS, "", 24, WishState.PLANNED,
    ),
    (
        "3D-Druck zum Ausprobieren am Abend",
        "Für Berufstätige, die tagsüber nicht können. Zwei Abende würden reichen.",
        Audience.EVERYONE, "", 17, WishState.PLANNED,
    ),
)  # fmt: skip


async def fill_outcome(ground: Ground) -> None:
    """The wishes, their votes and their runs; the first that is planned is in the days in which its supporters come first."""
    taken: set[UUID] = set()
    for number, (title, text, audience, slug, supporters, state) in enumerate(WISHES):
        at = ground.now - (200 - 60 * number) * DAY
        answered = at + (12 + 5 * number) * DAY
        wish = Wish(
            id=ground.key(), title=title, text=text, original={"title": title, "text": text},
            matching=matching_of(title, text), created_at=at, published_at=at + DAY, for_whom=audience, state=state,
            supporters=supporters, points=supporters, answered_at=answered,
            answer_de="Der Kurs hat stattgefunden. Danke für die gute Idee."
            if state is WishState.DONE
            else "Wir planen dazu einen Kurs. Sobald er buchbar ist, steht er hier.",
            answer_en="The course took place. Thank you for the good idea."
            if state is WishState.DONE
            else "We are planning a course for this. As soon as it can be booked, it stands here.",
        )  # fmt: skip
        ground.session.add(wish)
        await ground.session.flush()
        votes = [_vote(ground, wish, one) for one in range(supporters)]
        ground.session.add_all(votes)
        record(ground.session, SYSTEM, "wish.published", at=at + DAY, kind="wish", object_id=wish.id)
        record(
            ground.session, SYSTEM, "wish.answered", at=answered, kind="wish", object_id=wish.id,
            after={"state": WishState.PLANNED.value},
        )  # fmt: skip
        await ground.session.flush()
        run = await _run_for(ground, audience, slug, taken, is_over=state is WishState.DONE)
        if run is None:
            continue
        taken.add(run.id)
        ground.session.add(WishRun(wish_id=wish.id, run_id=run.id, created_at=answered))
        if state is WishState.DONE:
            record(
                ground.session, SYSTEM, "wish.answered", at=ground.now - 2 * DAY, kind="wish", object_id=wish.id,
                after={"state": WishState.DONE.value},
            )  # fmt: skip
        elif len(taken) == 2:
            await _supporters_first(ground, run, votes)
    await ground.session.flush()


def _vote(ground: Ground, wish: Wish, number: int) -> Vote:
    at = wish.created_at + timedelta(days=2, hours=5 * number)
    follows = number < 3
    return Vote(
        id=ground.key(), wish_id=wish.id, voter_key=f"demo:{wish.id}:{number}", created_at=at, counted_at=at,
        way=Way.ONLINE if number % 4 else Way.COUNTER, state=VoteState.COUNTED, wants_news=follows,
        email=f"stimme{number}@example.org" if follows else "", name=f"Stimme {number}" if follows else "",
    )  # fmt: skip


async def _run_for(
    ground: Ground, audience: Audience, slug: str, taken: set[UUID], *, is_over: bool
) -> Run | None:
    wanted = (
        select(Run)
        .join(Course, Course.id == Run.course_id)
        .join(CourseAudience, CourseAudience.course_id == Course.id)
        .where(CourseAudience.audience == audience, Run.id.not_in(taken), Run.company_id.is_(None))
    )
    if is_over:
        wanted = wanted.where(Run.ends_at < ground.now, Run.occupied > 0, Run.state != RunState.CANCELLED)
        if slug:
            wanted = wanted.order_by(Course.slug != slug, Run.ends_at.desc(), Run.id)
    else:
        wanted = wanted.where(
            Run.state == RunState.PUBLISHED, Run.starts_at > ground.now + 14 * DAY, Run.occupied == 0,
            Run.follows_run_id.is_(None), Run.is_open_ended.is_(False),
        ).order_by(Run.starts_at, Run.id)  # fmt: skip
    return (await ground.session.scalars(wanted.limit(1))).first()


async def _supporters_first(ground: Ground, run: Run, votes: list[Vote]) -> None:
    run.early_days, run.follow_opens_at = 7, ground.now - 2 * DAY
    run.enrolment_opens_at = at_venue(
        local(ground.now).date() + timedelta(days=OPEN_FOR_ALL), local(ground.now).time().min
    )
    for vote in votes:
        if vote.wants_news:
            await grant(
                ground.session, run_id=run.id, source_id=vote.id, at=ground.now - 2 * DAY, places=2, name=vote.name,
                email=vote.email,
            )  # fmt: skip
