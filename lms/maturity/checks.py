"""Answering, keeping and forgetting checks; every public method is one transaction."""

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid5

import msgspec
from sqlalchemy import and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.limits import spent, within
from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.codes import derived_code, keys_of, read_code
from lms.kernel.errors import NotFound, Stale
from lms.kernel.tokens import Signer
from lms.maturity import policy
from lms.maturity.errors import (
    CheckIsOver,
    KeptElsewhere,
    NoEdition,
    NotFinished,
    NotInThisCheck,
    UnknownCode,
)
from lms.maturity.models import CheckEdition, DigitalCheck
from lms.maturity.queries import newest_edition
from lms.maturity.questions import LONGEST_COMMENT, Area, read
from lms.maturity.rules import Answer, Answers, is_level, read_answers, write_answers
from lms.web.module import Around

LINK = "digital-check"
OF_FORMS = UUID("6d6bb0ac-3c8c-4a62-9f0d-2e5f7f7a1c55")
"""A check's id is made of the form's random key and this: whoever knows an id does not know a key that opens it."""
BEGINNING, GUESSING = "digital-check", "digital-check-code"
UNFINISHED_KEPT, ANONYMOUS_KEPT, KEPT = timedelta(days=60), timedelta(days=2 * 365), timedelta(days=6 * 365)


class Checks:
    """What a business does about its check. Whoever calls has looked at the link, except where an actor is named."""

    def __init__(self, around: Around) -> None:
        self.around = around
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def begin_check(self, actor: Actor, *, key: UUID, company_id: UUID | None = None) -> UUID:
        """A new check with the newest edition; with the same key it is the same one. Raises NoEdition.

        A contact of a company may begin it for the company at once.
        """
        check_id = uuid5(OF_FORMS, str(key))
        if company_id is not None:
            ensure(policy.may_act_for(actor, company_id, "C"), actor)
        async with self.begin() as session:
            if await session.get(DigitalCheck, check_id) is not None:
                return check_id
            edition = await newest_edition(session)
            if edition is None:
                raise NoEdition
            now = self.clock()
            code = derived_code(self.around.signer.token(LINK, check_id))
            row = DigitalCheck(
                id=check_id, edition_id=edition.id, code_key=keys_of(self.around.signer, code, LINK)[0],
                begun_at=now, changed_at=now, answers={}, company_id=company_id,
                kept_at=now if company_id else None,
            )  # fmt: skip
            session.add(row)
            if company_id:
                _note(session, actor, row, "digital-check.begun")
        return check_id

    @retried
    async def save(self, check_id: UUID, *, area_key: str, given: Mapping[str, Answer], seen: str) -> None:
        """Put down the answers of one area; those of all others stay.

        `seen` is the state of this area on the page that was sent (`state_of`): Stale when another window has changed it
        meanwhile, unless to the very same. Raises CheckIsOver, NotInThisCheck, NotFound.
        """
        async with self.begin() as session:
            row = await _locked(session, check_id)
            edition = await session.get_one(CheckEdition, row.edition_id)
            area = read(edition.content).area(area_key)
            known = {one.key for one in area.questions} if area else set()
            if area is None or not set(given) <= known or not all(_is_answer(one) for one in given.values()):
                raise NotInThisCheck
            before = read_answers(row.answers)
            after = {**before, **given}
            if after == before:
                return
            if row.finished_at is not None:
                raise CheckIsOver
            if state_of(area, before) != seen:
                raise Stale
            row.answers = write_answers(after)
            row.changed_at = self.clock()

    @retried
    async def finish(self, check_id: UUID) -> None:
        """No answer changes from now on; twice is as good as once."""
        async with self.begin() as session:
            row = await _locked(session, check_id)
            if row.finished_at is None:
                row.finished_at = row.changed_at = self.clock()

    @retried
    async def keep(self, actor: Actor, check_id: UUID, *, company_id: UUID, shared: bool) -> None:
        """Put a finished check to a company of the actor's. Raises NotFinished, KeptElsewhere."""
        ensure(policy.may_act_for(actor, company_id, "C"), actor)
        async with self.begin() as session:
            row = await _locked(session, check_id)
            if row.finished_at is None:
                raise NotFinished
            if row.company_id not in {None, company_id}:
                raise KeptElsewhere
            now = self.clock()
            if row.company_id is None:
                row.company_id, row.kept_at = company_id, now
                _note(session, actor, row, "digital-check.kept")
            if shared and row.shared_at is None:
                row.shared_at = now
                _note(session, actor, row, "digital-check.shared")

    @retried
    async def share(self, actor: Actor, check_id: UUID, *, shared: bool) -> None:
        """Let the team and the adviser see a check of one's company, or no longer. Raises NotFound."""
        async with self.begin() as session:
            row = await _own(session, actor, check_id, "C")
            if (row.shared_at is not None) != shared:
                row.shared_at = self.clock() if shared else None
                _note(session, actor, row, "digital-check.shared" if shared else "digital-check.unshared")

    @retried
    async def drop_own(self, actor: Actor, check_id: UUID) -> None:
        """Delete a check of one's company. Raises NotFound."""
        async with self.begin() as session:
            row = await _own(session, actor, check_id, "D")
            _note(session, actor, row, "digital-check.deleted")
            await session.delete(row)

    @retried
    async def drop(self, check_id: UUID) -> None:
        """Delete a check that belongs to no company. Raises KeptElsewhere; what is gone already stays gone."""
        async with self.begin() as session:
            row = await session.get(DigitalCheck, check_id, with_for_update=True)
            if row is None:
                return
            if row.company_id is not None:
                raise KeptElsewhere
            await session.delete(row)

    async def find(self, actor: Actor, code: str) -> UUID:
        """The check of a code that was kept on paper. Only wrong guesses count (S-40). Raises Mistyped, UnknownCode, TooMany."""
        await spent(self.begin, self.clock, GUESSING, address=actor.address)
        keys = keys_of(self.around.signer, read_code(code), LINK)
        async with self.begin.reading() as session:
            found: UUID | None = await session.scalar(
                select(DigitalCheck.id).where(DigitalCheck.code_key.in_(keys))
            )
        if found is None:
            await within(self.begin, self.clock, GUESSING, address=actor.address)
            raise UnknownCode
        return found

    @retried
    async def forget(self) -> None:
        """Delete what nobody has finished within two months, what nobody has claimed in two years, and all after six."""
        now = self.clock()
        nobodys = DigitalCheck.company_id.is_(None)
        async with self.begin() as session:
            await session.execute(
                delete(DigitalCheck).where(
                    or_(
                        and_(
                            DigitalCheck.finished_at.is_(None),
                            DigitalCheck.changed_at < now - UNFINISHED_KEPT,
                        ),
                        and_(nobodys, DigitalCheck.changed_at < now - ANONYMOUS_KEPT),
                        DigitalCheck.changed_at < now - KEPT,
                    )
                )
            )


def code_of(signer: Signer, row: DigitalCheck) -> str | None:
    """The code that leads back to a check; None when the secret it was drawn from is gone."""
    for secret in signer.secrets:
        alone = Signer(secrets=(secret,))
        code = derived_code(alone.token(LINK, row.id))
        if row.code_key in keys_of(signer, code, LINK):
            return code
    return None


def state_of(area: Area, answers: Answers) -> str:
    """The same for the same answers in this area: a page carries it, so that two windows do not undo each other."""
    said = [
        (one.key, answers[one.key].level, answers[one.key].comment)
        for one in area.questions
        if one.key in answers
    ]
    return sha256(msgspec.json.encode(said)).hexdigest()[:16]


def _is_answer(one: Answer) -> bool:
    return (one.level is None or is_level(one.level)) and len(one.comment) <= LONGEST_COMMENT


def _note(session: AsyncSession, actor: Actor, row: DigitalCheck, action: str) -> None:
    record(
        session, actor, action, at=row.changed_at, kind="digital-check", object_id=row.id,
        after={"company": str(row.company_id)},
    )  # fmt: skip


async def _locked(session: AsyncSession, check_id: UUID) -> DigitalCheck:
    row = await session.get(DigitalCheck, check_id, with_for_update=True)
    if row is None:
        raise NotFound
    return row


async def _own(session: AsyncSession, actor: Actor, check_id: UUID, act: str) -> DigitalCheck:
    row = await _locked(session, check_id)
    if not policy.may_act_for(actor, row.company_id, act):
        raise NotFound
    return row
