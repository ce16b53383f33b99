"""Holding places while a form is filled in: one, and as many as persons are named."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.db import retried
from lms.enrolment import policy, rules
from lms.enrolment.early import rights
from lms.enrolment.errors import EarlyRightUsed
from lms.enrolment.lists.following import about_former, is_early, purpose
from lms.enrolment.models import Application, Enrolment, EnrolmentState, EntryWay, Party, PartyRule
from lms.enrolment.seats.policy import refuse_strangers
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.order import new_reference
from lms.enrolment.service.placing import new_party
from lms.enrolment.service.transactions import Transactions
from lms.enrolment.service.waiting_list import serve_waiting_list
from lms.enrolment.values import MOST_AT_ONCE
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.kernel.tokens import hashed

HOLDS_OF_A_BROWSER = 3
HOLDS_OF_AN_ADDRESS = 12
"""A class that enrols together from the centre's own network has to find room."""
PLACES_OF_A_BROWSER = MOST_AT_ONCE
PLACES_OF_AN_ADDRESS = 2 * MOST_AT_ONCE
LONGEST_HOLD = timedelta(hours=2)
"""However often a hold is renewed."""
FORGOTTEN_AFTER = timedelta(days=1)
FOLLOWS = "follows"
"""Among the answers of a form: the enrolment in the former run, whose link let it be opened early (F-E17)."""
DROP_IN, SESSIONS = "drop_in", "termine"
"""Names among the answers of a form: that it is for single sessions, and the page on which they are chosen."""


class Holding(Transactions):
    """Forms being filled in."""

    @retried
    async def hold(
        self,
        actor: Actor,
        *,
        run_id: UUID,
        browser_key: str,
        follows: UUID | None = None,
        early_right: UUID | None = None,
        token: str = "",
    ) -> Application:
        """Open the form for this run and hold one place for it, if one is free for a newcomer.

        The same browser gets its open application again, with what was typed. Without a free place, or with too many holds
        from one browser or address, there is an application that holds nothing (`held_until` is None).
        `follows` is an enrolment in the run before this one and `token` that of its letter: with them the form opens before
        the public may enrol, already knowing who it is for; so it does with an `early_right` and the token of its letter.
        Raises NotFound, RunNotOffered, NotYetOpen, EnrolmentClosed, EarlyRightUsed.
        """
        ensure(actor.may("C", "enrolment"), actor)
        at = self.clock()
        async with self.transaction() as session:
            locked = await self.lock(session, run_id, at=at)
            refuse_strangers(actor, locked.run.company_id)
            application = await _open_application(session, run_id, browser_key)
            came_by_link = follows is not None or early_right is not None
            if came_by_link:
                known = await self._known_by_link(locked, follows, early_right, token)
                if application is None:
                    application = self._new_application(actor, run_id, browser_key, at)
                    session.add(application)
                said = {name: one for name, one in application.answers.items() if name not in {FOLLOWS, rights.EARLY}}  # fmt: skip
                application.answers = {**known, **said}
            if not (application is not None and may_begin_early(locked, application)) and (
                came_by_link or application is None or application.answers.get(DROP_IN)
            ):
                rules.refuse_unless_open(locked.run, at, by_staff=policy.is_enrolment_staff(actor))
            if application is None:
                application = self._new_application(actor, run_id, browser_key, at)
                session.add(application)
            application.answers = {
                name: said for name, said in application.answers.items() if name not in {DROP_IN, SESSIONS}
            }
            await self._renew(locked, actor, application)
            return application

    async def _known_by_link(
        self, locked: LockedRun, follows: UUID | None, early_right: UUID | None, token: str
    ) -> dict[str, Any]:
        """What the link of a letter tells the form. Raises NotFound, EarlyRightUsed."""
        run = locked.run
        if early_right is not None and self.signer.matches(token, rights.purpose(run.id), early_right):
            right = await rights.right_of(locked.session, run.id, early_right)
            if is_early(run, locked.at) and await rights.is_used(locked.session, right):
                raise EarlyRightUsed
            return await rights.about(locked.session, right)
        if follows is not None and self.signer.matches(token, purpose(run.id), follows):
            return {**await about_former(locked.session, run, follows), FOLLOWS: str(follows)}
        raise NotFound

    @retried
    async def begin_drop_in(
        self, actor: Actor, *, run_id: UUID, browser_key: str, session_ids: Sequence[UUID] = ()
    ) -> Application:
        """Open the form for single sessions of this run, with these chosen already; nothing is held for it.

        An open form of the same browser becomes one for single sessions and keeps what was typed about persons. Raises
        NotFound, RunNotOffered, DropInNotOffered, NotYetOpen, EnrolmentClosed.
        """
        ensure(actor.may("C", "enrolment"), actor)
        at = self.clock()
        async with self.transaction() as session:
            locked = await self.lock(session, run_id, at=at)
            refuse_strangers(actor, locked.run.company_id)
            rules.refuse_unless_open_for_drop_ins(locked.run, at, by_staff=policy.is_enrolment_staff(actor))
            application = await _open_application(session, run_id, browser_key)
            if application is None:
                application = self._new_application(actor, run_id, browser_key, at)
                session.add(application)
            holds = await live_holds(session, application)
            if holds:
                _let_go(locked, actor, holds)
                application.enrolment_id = application.held_until = None
                application.held_places = 0
                await session.flush()
                await serve_waiting_list(locked)
            chosen = {SESSIONS: {"sessions": [str(one) for one in session_ids]}} if session_ids else {}
            application.answers = {**application.answers, DROP_IN: True, **chosen}
            application.touched_at = at
            return application

    def _new_application(self, actor: Actor, run_id: UUID, browser_key: str, at: datetime) -> Application:
        return Application(
            run_id=run_id,
            key_hash=hashed(browser_key),
            client_hash=self._client(actor),
            answers={},
            started_at=at,
            touched_at=at,
            account_id=actor.account_id,
        )

    @retried
    async def touch(
        self,
        actor: Actor,
        *,
        application_id: UUID,
        browser_key: str,
        answers: Mapping[str, Any],
        size: int = 1,
    ) -> Application:
        """Keep what was typed (all of it: `answers` replaces the earlier ones) and renew the hold, or try for one again.

        `size` is how many persons are named so far: as many places are held, if a party of that size would get them. Else
        what is held already stays held. Raises NotFound for another browser's application. A completed application comes back as it is.
        """
        at = self.clock()
        async with self.transaction() as session:
            locked, application = await self._lock_application(session, application_id, browser_key, at=at)
            if application.completed_at is None:
                application.answers = dict(answers)
                await self._renew(locked, actor, application, size=size)
            return application

    @retried
    async def give_up(self, actor: Actor, *, application_id: UUID, browser_key: str) -> None:
        """Forget an application and free what it holds."""
        at = self.clock()
        async with self.transaction() as session:
            locked, application = await self._lock_application(session, application_id, browser_key, at=at)
            if application.completed_at is not None:
                return
            _let_go(locked, actor, await live_holds(session, application))
            await session.delete(application)
            await session.flush()
            await serve_waiting_list(locked)

    async def forget_applications(self) -> int:
        """Delete forms that nobody has gone on with for a day."""
        async with self.begin() as session:
            forgotten = await session.execute(
                delete(Application)
                .where(
                    Application.touched_at < self.clock() - FORGOTTEN_AFTER,
                    Application.completed_at.is_(None),
                )
                .returning(Application.id)
            )
            return len(forgotten.all())

    async def _lock_application(
        self, session: AsyncSession, application_id: UUID, browser_key: str, *, at: datetime
    ) -> tuple[LockedRun, Application]:
        application = await session.get(Application, application_id)
        if application is None or application.key_hash != hashed(browser_key):
            raise NotFound
        locked = await self.lock(session, application.run_id, at=at)
        application = await session.get(Application, application_id, populate_existing=True)
        if application is None:  # given up in another tab while we queued for the run
            raise NotFound
        return locked, application

    async def _renew(
        self, locked: LockedRun, actor: Actor, application: Application, *, size: int = 1
    ) -> None:
        """Hold on, or take places if they are free; the page reads from `held_until` how long."""
        application.touched_at = locked.at
        application.held_until, application.held_places = None, 0
        if application.answers.get(DROP_IN):
            return  # a place in a single session is there or not when the form is sent
        until = min(
            locked.at + timedelta(minutes=locked.settings.hold_minutes), application.started_at + LONGEST_HOLD
        )
        if rights.opens_early(locked.run, application.answers, locked.at):
            size = min(size, rights.places_of(application.answers))
        holds = await live_holds(locked.session, application)
        for hold in holds:
            hold.held_until = until = max(until, hold.held_until or until)
        if len(holds) > size:
            holds = await _let_some_go(locked, actor, holds, size)
        elif len(holds) < size and until > locked.at and locked.takes(size, held=len(holds)):
            is_allowed = (
                bool(holds) or may_begin_early(locked, application) or rules.is_open(locked.run, locked.at)
            )
            if is_allowed and not await self._has_too_many(locked.session, application, locked.at, size=size):
                holds = await _hold_more(locked, actor, holds, size, until=until)
        if holds:
            application.enrolment_id = holds[0].id
            application.held_until, application.held_places = until, len(holds)

    async def _has_too_many(
        self, session: AsyncSession, application: Application, at: datetime, *, size: int
    ) -> bool:
        """Whether this browser or address holds too much elsewhere to hold so many places here."""

        def holds(what: Any, whose: Any) -> Any:
            return (
                select(what)
                .select_from(Application)
                .join(Enrolment, Enrolment.id == Application.enrolment_id)
                .where(
                    whose,
                    Application.id != application.id,
                    Application.completed_at.is_(None),
                    Enrolment.state == EnrolmentState.HELD,
                    Enrolment.held_until > at,
                )
                .scalar_subquery()
            )

        forms, places = func.count(), func.coalesce(func.sum(Application.held_places), 0)
        of_browser = Application.key_hash == application.key_hash
        of_address = Application.client_hash == application.client_hash
        browser_forms, browser_places, address_forms, address_places = (
            await session.execute(
                select(
                    holds(forms, of_browser),
                    holds(places, of_browser),
                    holds(forms, of_address),
                    holds(places, of_address),
                )
            )
        ).one()
        has_too_many = browser_forms >= HOLDS_OF_A_BROWSER or browser_places + size > PLACES_OF_A_BROWSER
        if application.client_hash:
            has_too_many |= (
                address_forms >= HOLDS_OF_AN_ADDRESS or address_places + size > PLACES_OF_AN_ADDRESS
            )
        return bool(has_too_many)

    def _client(self, actor: Actor) -> str:
        """The address as a keyed hash: good for counting, not for finding anybody."""
        return self.signer.token("client", uuid5(NAMESPACE_URL, actor.address)) if actor.address else ""


def may_begin_early(locked: LockedRun, application: Application) -> bool:
    """Whether the link that opened a form lets it go on before the public may enrol."""
    came_by_link = FOLLOWS in application.answers or rights.EARLY in application.answers
    return came_by_link and is_early(locked.run, locked.at)


async def _open_application(session: AsyncSession, run_id: UUID, browser_key: str) -> Application | None:
    return (
        await session.scalars(
            select(Application).where(
                Application.run_id == run_id,
                Application.key_hash == hashed(browser_key),
                Application.completed_at.is_(None),
            )
        )
    ).first()


async def live_holds(session: AsyncSession, application: Application) -> list[Enrolment]:
    """The places that are held for a form, the first one first; they stand together as one party."""
    if application.enrolment_id is None:
        return []
    first = aliased(Enrolment)
    found = await session.scalars(
        select(Enrolment)
        .join(first, first.party_id == Enrolment.party_id)
        .where(
            first.id == application.enrolment_id,
            Enrolment.state == EnrolmentState.HELD,
            Enrolment.person_id.is_(None),
        )
        .order_by(Enrolment.rank, Enrolment.id)
        .execution_options(populate_existing=True)
    )
    return list(found.all())


def _let_go(locked: LockedRun, actor: Actor, holds: Sequence[Enrolment]) -> None:
    for hold in holds:
        locked.move(hold, EnrolmentState.CANCELLED, actor=actor, action="released", reason="given_up")


async def _let_some_go(locked: LockedRun, actor: Actor, holds: list[Enrolment], size: int) -> list[Enrolment]:
    party = await locked.session.get_one(Party, holds[0].party_id)
    _let_go(locked, actor, holds[size:])
    party.size = size
    await locked.session.flush()
    await serve_waiting_list(locked)
    return holds[:size]


async def _hold_more(
    locked: LockedRun, actor: Actor, holds: list[Enrolment], size: int, *, until: datetime
) -> list[Enrolment]:
    if holds:
        party = await locked.session.get_one(Party, holds[0].party_id)
        party.size = size
        await locked.session.flush()  # the guard of the order asks how large the party is
    else:
        party = await new_party(locked, size, PartyRule.TOGETHER)
    more = [
        Enrolment(
            run_id=locked.run.id,
            party_id=party.id,
            reference=new_reference(),
            state=EnrolmentState.HELD,
            created_at=locked.at,
            changed_at=locked.at,
            way=EntryWay.WEB,
            held_until=until,
            rank=rank,
        )
        for rank in range(len(holds), size)
    ]
    for hold in more:
        locked.move(hold, EnrolmentState.HELD, actor=actor, action="held", is_new=True)
    locked.session.add_all(more)
    await locked.session.flush()
    return [*holds, *more]
