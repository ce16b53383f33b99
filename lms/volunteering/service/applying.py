"""Becoming a helper: asking, the team's decision, and leaving again."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.idempotency import once, remember
from lms.accounts.models import Account
from lms.accounts.queries import account_by_email
from lms.accounts.service.administration import invite
from lms.billing.refunds.accounts import read_account
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import today
from lms.kernel.errors import Stale
from lms.messaging.models import AddressForm
from lms.people.ages import age_on
from lms.people.models import Person
from lms.people.rules import is_minor
from lms.volunteering import policy, rules
from lms.volunteering.beside import release, unlearn, welcome_back
from lms.volunteering.errors import (
    BirthDateUnlikely,
    ConsentMissing,
    NotReachable,
    TooYoungToHelp,
)
from lms.volunteering.events import (
    HelperAsked,
    HelperDecided,
    HelperLeft,
)
from lms.volunteering.models import Helper, HelperElsewhere, HelperState, HelperTopic
from lms.volunteering.queries.helpers import Known, helper_of, limits_of
from lms.volunteering.service.acts import give_back_all
from lms.volunteering.service.consenting import Consents
from lms.volunteering.service.persons import guardian_of, whom_they_mean
from lms.volunteering.values import Application


class Helpers(Consents):
    """What somebody who helps, their guardian and the team can do about it."""

    @retried
    async def apply(self, actor: Actor, wanted: Application, *, form_id: UUID) -> Helper:
        """Ask to help; under 18 the guardian is written to. A form sent twice is one application.

        Whoever helps already, or was asked for, keeps their record; who had left asks anew. Raises NotReachable,
        BirthDateUnlikely, TooYoungToHelp, GuardianMissing.
        """
        at, day = self.clock(), today(self.clock)
        if not (wanted.who.email or wanted.who.phone):
            raise NotReachable
        async with self.begin() as session:
            kept = await once(session, f"helper:{form_id}", b"", at=at)
            if kept is not None:
                return await session.get_one(Helper, kept)
            least = (await limits_of(session)).least_age
            _refuse_age(wanted.birth_date, day, least)
            person, is_new = await whom_they_mean(session, actor, wanted.who, wanted.birth_date, at=at)
            born = person.birth_date
            guardian = None
            if is_minor(born, day):
                guardian = await guardian_of(session, actor, person, wanted.guardian, is_new=is_new, at=at)
                if is_new:
                    person.address_form = AddressForm.INFORMAL
            known = await session.scalar(
                select(Helper).where(Helper.person_id == person.id).with_for_update()
            )
            helper = known or Helper(person_id=person.id, asked_at=at)
            is_live = known is not None and known.state in {HelperState.ASKED, HelperState.APPROVED}
            if not is_live:
                if known is None:
                    session.add(helper)
                    await session.flush()
                await self._begin(session, helper, wanted, guardian, at=at)
                announce(session, HelperAsked(helper_id=helper.id, at=at), at=at)
                self.note(session, actor, "helper.asked", Known(helper, person))
            await remember(session, f"helper:{form_id}", helper.id)
        return helper

    @retried
    async def decide(
        self,
        actor: Actor,
        *,
        helper_id: UUID,
        approve: bool,
        version: int,
        is_experienced: bool = False,
        reason: str = "",
    ) -> None:
        """Yes or no; who wished for an account is invited. Nobody decides about themselves (S-08). Raises Stale, ConsentMissing."""
        ensure(policy.may_manage(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            known = await helper_of(session, helper_id, lock=True)
            helper = known.helper
            ensure(not policy.is_about_themselves(actor, known.person), actor)
            if helper.state is (HelperState.APPROVED if approve else HelperState.DECLINED):
                return
            if helper.version != version:
                raise Stale
            minor = known.is_minor_on(today(self.clock))
            if approve and minor and not known.has_consent:
                raise ConsentMissing
            helper.state = HelperState.APPROVED if approve else HelperState.DECLINED
            helper.decided_at, helper.decided_by, helper.reason = at, actor.account_id, reason
            helper.is_experienced = approve and is_experienced and not minor
            helper.version += 1
            self.note(
                session, actor, "helper.approved" if approve else "helper.declined", known, reason=reason
            )
            announce(session, HelperDecided(helper_id=helper.id, version=helper.version, at=at), at=at)
            await (welcome_back if approve else release)(session, known)
            if approve and helper.wants_account:
                await self._invite(session, known.person, at=at)

    @retried
    async def trust(self, actor: Actor, *, helper_id: UUID, is_experienced: bool) -> None:
        """Whether the young may sit beside this adult, from now on."""
        ensure(policy.may_manage(actor), actor)
        async with self.begin() as session:
            known = await helper_of(session, helper_id, lock=True)
            wanted = is_experienced and not known.is_minor_on(today(self.clock))
            if known.helper.is_experienced is not wanted:
                known.helper.is_experienced = wanted
                known.helper.version += 1
                self.note(session, actor, "helper.trusted" if wanted else "helper.not_trusted", known)

    @retried
    async def change(
        self, actor: Actor, *, helper_id: UUID, token: str = "", topic_ids: frozenset[UUID], times: str
    ) -> None:
        """Other topics, other times."""
        async with self.begin() as session:
            known = await helper_of(session, helper_id, lock=True)
            self.refuse_others(actor, known, token)
            known.helper.times = times
            known.helper.version += 1
            await session.execute(delete(HelperTopic).where(HelperTopic.helper_id == helper_id))
            session.add_all(HelperTopic(helper_id=helper_id, topic_id=one) for one in sorted(topic_ids))
            await unlearn(session, replace(known, topic_ids=topic_ids))

    @retried
    async def keep_account(
        self, actor: Actor, *, helper_id: UUID, token: str = "", holder: str, iban: str
    ) -> None:
        """Where the allowance goes; both empty means in cash. Raises WrongIban and its like."""
        async with self.begin() as session:
            known = await helper_of(session, helper_id, lock=True)
            self.refuse_others(actor, known, token)
            if not holder.strip() and not iban.strip():
                known.helper.holder = known.helper.iban = ""
                return
            account = read_account(holder or known.person.name, iban)
            known.helper.holder, known.helper.iban = account.holder, account.iban

    @retried
    async def declare_elsewhere(
        self, actor: Actor, *, helper_id: UUID, token: str = "", year: int, cents: int
    ) -> None:
        """What the helper gets as the same tax-free allowance elsewhere in this year."""
        async with self.begin() as session:
            known = await helper_of(session, helper_id, lock=True)
            self.refuse_others(actor, known, token)
            kept = await session.get(HelperElsewhere, (helper_id, year))
            if kept is None:
                kept = HelperElsewhere(helper_id=helper_id, year=year, cents=cents, declared_at=self.clock())
                session.add(kept)
            kept.cents, kept.declared_at = cents, self.clock()

    @retried
    async def leave(self, actor: Actor, *, helper_id: UUID, token: str = "", reason: str = "") -> None:
        """Help no longer, or be thanked by the team: shifts to come are given back. Twice is as good as once."""
        at = self.clock()
        async with self.begin() as session:
            known = await helper_of(session, helper_id, lock=True)
            self.refuse_others(actor, known, token)
            helper = known.helper
            if helper.state in {HelperState.ENDED, HelperState.DECLINED}:
                return
            helper.state, helper.decided_at, helper.reason = HelperState.ENDED, at, reason
            helper.version += 1
            await give_back_all(session, helper, at=at, by_team=policy.may_manage(actor))
            await release(session, known)
            self.note(session, actor, "helper.ended", known, reason=reason)
            announce(session, HelperLeft(helper_id=helper.id, version=helper.version, at=at), at=at)

    async def _begin(
        self,
        session: AsyncSession,
        helper: Helper,
        wanted: Application,
        guardian: Person | None,
        *,
        at: datetime,
    ) -> None:
        helper.asked_at, helper.state, helper.decided_at, helper.reason = at, HelperState.ASKED, None, ""
        helper.times, helper.note, helper.wants_account = wanted.times, wanted.note, wanted.wants_account
        helper.guardian_id = guardian.id if guardian else None
        helper.consented_at = helper.consent_ended_at = helper.consent_seen_on = None
        helper.consent_wording = ""
        helper.version += 1
        await session.execute(delete(HelperTopic).where(HelperTopic.helper_id == helper.id))
        session.add_all(HelperTopic(helper_id=helper.id, topic_id=one) for one in sorted(wanted.topic_ids))
        if guardian is not None:
            self._ask_guardian(session, helper, at=at)

    async def _invite(self, session: AsyncSession, person: Person, *, at: datetime) -> None:
        """An account for whoever has an address that no account has."""
        if not person.email or await account_by_email(session, person.email) is not None:
            return
        if await session.scalar(select(Account.id).where(Account.person_id == person.id)) is not None:
            return
        account = Account(person_id=person.id, email=person.email, created_at=at)
        session.add(account)
        await session.flush()
        await invite(session, account, person, at=at)


def _refuse_age(born: date | None, day: date, least: int) -> None:
    if born is None:
        return
    if born > day or age_on(born, day) > rules.OLDEST:
        raise BirthDateUnlikely
    if age_on(born, day) < least:
        raise TooYoungToHelp(age=least)
