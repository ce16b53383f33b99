"""Launching a unit (cmi5, 8): a new session, what the unit finds in the store, and the address it begins at."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from content.course import PackageKind
from content.packages.cmi5 import Unit
from lms.db import retried
from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor
from lms.kernel.errors import Invalid, NotFound
from lms.learning.models import Package
from lms.learning.queries import lesson_for
from lms.players.errors import ReportsTooOften
from lms.players.queries import PACKAGE_LESSONS, package_in
from lms.players.records import rules, words
from lms.players.records.documents import put_document
from lms.players.records.keeping import note, say, settle, state_of
from lms.players.records.models import RecordRegistration, RecordSession
from lms.players.records.opening import FETCHING, UNTIL_FETCHED, auth_token, unknown
from lms.players.records.units import launch_data, unit_activity, unit_named
from lms.web.module import Around

MOST_A_MINUTE = 20
MINUTE = timedelta(minutes=1)
LANGUAGES = "de,en"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a learner has clicked. `key` is the form's: sent twice it is one launch. `home` is the origin of our page."""

    key: UUID
    unit_id: str
    mode: str
    home: str


class Launching:
    """Every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.signer = around.signer
        self.centre = around.settings.public_url

    @retried
    async def launch(self, actor: Actor, *, enrolment_id: UUID, lesson_id: UUID, wanted: Wanted) -> UUID:
        """A new session of the unit; what was still open of this learner is abandoned. Gives the id of the session.

        Raises NotFound, NotYetOpen, Invalid, ReportsTooOften.
        """
        now = self.clock()
        if wanted.mode not in rules.MODES:
            raise Invalid
        async with self.begin() as session:
            _, lesson = await lesson_for(session, actor, enrolment_id, lesson_id, now, kinds=PACKAGE_LESSONS)
            package = await package_in(session, lesson.body)
            unit = unit_named(package, wanted.unit_id) if package else None
            if package is None or unit is None or package.kind != PackageKind.CMI5:
                raise NotFound
            await session.execute(select(Enrolment.id).where(Enrolment.id == enrolment_id).with_for_update())
            registration = await _registration(session, enrolment_id, lesson_id, package, now)
            before = await session.get(RecordSession, wanted.key)
            if before is not None:
                if before.registration_id != registration.id:
                    raise Invalid
                return before.id
            await _not_too_often(session, registration, now)
            await self._abandon(session, registration, package, now)
            one = RecordSession(
                registration_id=registration.id,
                unit=unit.id,
                mode=wanted.mode,
                launched_at=now,
                home=wanted.home,
            )
            one.id = wanted.key
            session.add(one)
            await session.flush()
            await self._prepare(session, registration, one, package, unit, now)
            return one.id

    async def _prepare(
        self,
        session: AsyncSession,
        registration: RecordRegistration,
        one: RecordSession,
        package: Package,
        unit: Unit,
        now: datetime,
    ) -> None:
        """What the unit asks for first, and that it was launched."""
        activity = unit_activity(self.centre, package, unit.id)
        data = msgspec.json.encode(launch_data(unit, one))
        await put_document(session, registration.id, "state", activity, words.LAUNCH_DATA, data, now=now)
        wishes = msgspec.json.encode({"languagePreference": LANGUAGES, "audioPreference": "on"})
        await put_document(
            session, registration.id, "agent", "", words.PREFERENCES, wishes, now=now, only_new=True
        )
        extensions: dict[str, object] = {words.LAUNCH_MODE: one.mode, words.MOVE_ON: unit.move_on}
        if unit.mastery is not None:
            extensions[words.MASTERY] = unit.mastery
        if unit.launch_parameters:
            extensions[words.PARAMETERS] = unit.launch_parameters
        say(
            session, registration, one, package, words.LAUNCHED,
            centre=self.centre, now=now, extensions=extensions,
        )  # fmt: skip
        note(await state_of(session, registration, unit, now), unit, now)
        await session.flush()
        await settle(session, registration, one, package, centre=self.centre, now=now)

    async def _abandon(
        self, session: AsyncSession, registration: RecordRegistration, package: Package, now: datetime
    ) -> None:
        """Sessions that have never said that they are over (9.3.6); those that never began are just closed."""
        still_open = await session.scalars(
            select(RecordSession).where(
                RecordSession.registration_id == registration.id, RecordSession.ended_at.is_(None)
            )
        )
        for one in still_open.all():
            one.ended_at, one.is_abandoned = now, True
            if one.initialized_at is not None:
                seconds = max(int((now - one.initialized_at).total_seconds()), 0)
                say(
                    session, registration, one, package, words.ABANDONED,
                    centre=self.centre, now=now, result={"duration": f"PT{seconds}S"},
                )  # fmt: skip

    @retried
    async def fetch(self, session_id: UUID, secret: str) -> str | None:
        """The token of a launch, once; None where it was handed out before (cmi5, 8.2.3). Raises Refusal (401)."""
        now = self.clock()
        if not self.signer.matches(secret, FETCHING, session_id):
            raise unknown()
        async with self.begin() as session:
            one = await session.scalar(
                select(RecordSession)
                .where(RecordSession.id == session_id)
                .with_for_update()
                .execution_options(populate_existing=True)
            )
            if one is None:
                raise unknown()
            if one.fetched_at is not None or one.ended_at or now - one.launched_at > UNTIL_FETCHED:
                return None
            one.fetched_at = now
        return auth_token(self.signer, session_id)


async def _registration(
    session: AsyncSession, enrolment_id: UUID, lesson_id: UUID, package: Package, now: datetime
) -> RecordRegistration:
    found = await registration_of(session, enrolment_id, lesson_id, package.id)
    if found is None:
        found = RecordRegistration(
            enrolment_id=enrolment_id, lesson_id=lesson_id, package_id=package.id, created_at=now
        )
        session.add(found)
        await session.flush()
    return found


async def registration_of(
    session: AsyncSession, enrolment_id: UUID, lesson_id: UUID, package_id: UUID
) -> RecordRegistration | None:
    """The registration of a learner in a package; None before its first launch."""
    found: RecordRegistration | None = await session.scalar(
        select(RecordRegistration)
        .where(
            RecordRegistration.enrolment_id == enrolment_id,
            RecordRegistration.lesson_id == lesson_id,
            RecordRegistration.package_id == package_id,
        )
        .execution_options(populate_existing=True)
    )
    return found


async def _not_too_often(session: AsyncSession, registration: RecordRegistration, now: datetime) -> None:
    lately = await session.scalar(
        select(func.count())
        .select_from(RecordSession)
        .where(RecordSession.registration_id == registration.id, RecordSession.launched_at > now - MINUTE)
    )
    if (lately or 0) >= MOST_A_MINUTE:
        raise ReportsTooOften(retry_after=int(MINUTE.total_seconds()))
