"""The guardian of a helper under 18 agrees by link or on paper, refuses, and takes it back (L-30)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import SYSTEM, Actor, ensure
from lms.kernel.clock import today
from lms.kernel.errors import NotFound
from lms.people.queries import have_conflict
from lms.volunteering import policy, rules
from lms.volunteering.errors import (
    ConsentByTeam,
    ConsentNotOpen,
)
from lms.volunteering.events import (
    HelperConsentEnded,
    HelperConsentWanted,
)
from lms.volunteering.models import Helper, HelperState
from lms.volunteering.queries.helpers import Known, helper_of, helper_of_person
from lms.volunteering.service.acts import CONSENT, Acts, give_back_all


class Consents(Acts):
    """What a guardian, and the team for them, can do."""

    @retried
    async def consent(self, actor: Actor, *, helper_id: UUID, token: str, wording: str) -> None:
        """The guardian agrees by link (L-30). Twice is as good as once. Raises NotFound, ConsentNotOpen, ConsentByTeam."""
        at = self.clock()
        async with self.begin() as session:
            known = await helper_of(session, helper_id, lock=True)
            helper = known.helper
            self._refuse_other_guardians(helper, token)
            if known.has_consent:
                return
            if helper.state not in {HelperState.ASKED, HelperState.APPROVED}:
                raise ConsentNotOpen
            if helper.consent_asked_until is None or helper.consent_asked_until <= at:
                raise ConsentNotOpen
            if await have_conflict(session, known.person.id):
                raise ConsentByTeam
            await self._agreed(session, actor, known, wording, at=at)

    @retried
    async def consent_on_paper(self, actor: Actor, *, helper_id: UUID, seen_on: date, wording: str) -> None:
        """The team has seen the guardian's signature. Raises ConsentNotOpen."""
        ensure(policy.may_manage(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            known = await helper_of(session, helper_id, lock=True)
            ensure(not policy.is_about_themselves(actor, known.person), actor)
            if known.has_consent:
                return
            if known.helper.guardian_id is None or seen_on > today(self.clock):
                raise ConsentNotOpen
            known.helper.consent_seen_on = seen_on
            await self._agreed(session, actor, known, wording, at=at)

    @retried
    async def end_consent(self, actor: Actor, *, helper_id: UUID, token: str = "") -> None:
        """The guardian does not agree, or no longer: shifts to come end. Twice is as good as once. Raises NotFound."""
        at = self.clock()
        async with self.begin() as session:
            known = await helper_of(session, helper_id, lock=True)
            if not policy.may_manage(actor):
                self._refuse_other_guardians(known.helper, token)
            await end_consent(session, actor, known, at=at)

    @retried
    async def ask_guardian_again(self, actor: Actor, *, helper_id: UUID) -> None:
        """Another fourteen days, another letter."""
        ensure(policy.may_manage(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            known = await helper_of(session, helper_id, lock=True)
            if known.helper.guardian_id is None or known.has_consent:
                return
            self._ask_guardian(session, known.helper, at=at)

    def _ask_guardian(self, session: AsyncSession, helper: Helper, *, at: datetime) -> None:
        helper.consent_asked_until = at + rules.CONSENT_ASKED
        helper.version += 1
        announce(session, HelperConsentWanted(helper_id=helper.id, version=helper.version, at=at), at=at)

    def _refuse_other_guardians(self, helper: Helper, token: str) -> None:
        if helper.guardian_id is None or not self.signer.matches(
            token, CONSENT, helper.id, helper.link_version
        ):
            raise NotFound

    async def _agreed(
        self, session: AsyncSession, actor: Actor, known: Known, wording: str, *, at: datetime
    ) -> None:
        helper = known.helper
        helper.consented_at, helper.consent_wording, helper.consent_ended_at = at, wording, None
        helper.version += 1
        self.note(session, actor, "helper.consented", known)


async def end_consent(session: AsyncSession, actor: Actor, known: Known, *, at: datetime) -> None:
    """No guardian agrees any more, in the caller's transaction. An application ends; who helps gives back what is to come."""
    helper = known.helper
    if helper.guardian_id is None or helper.consent_ended_at is not None:
        return
    helper.consent_ended_at = at
    helper.version += 1
    if helper.state is HelperState.ASKED:
        helper.state, helper.decided_at = HelperState.ENDED, at
    await give_back_all(session, helper, at=at, by_team=True)
    record(
        session, actor, "helper.consent_ended", at=at, kind="helper", object_id=helper.id,
        person_id=known.person.id,
    )  # fmt: skip
    announce(session, HelperConsentEnded(helper_id=helper.id, at=at), at=at)


async def end_consent_of(session: AsyncSession, child_id: UUID, guardian_id: UUID, *, at: datetime) -> None:
    """This adult decides no longer for the child: what they have agreed to ends as well."""
    helper = await helper_of_person(session, child_id)
    if helper is not None and helper.guardian_id == guardian_id:
        await end_consent(session, SYSTEM, await helper_of(session, helper.id, lock=True), at=at)
