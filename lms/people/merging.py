"""Two records of one person become one (F-Q08); every public method is one transaction.

The record that goes stays as a signpost, so that nothing that never changes has to change. There is no way back.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.people import policy
from lms.people.errors import AccountHasRoles, ActForEachOther, BothInRun, BothTeach, SamePerson
from lms.people.models import DistinctPersons, Guardianship, Mandate, Membership, Person
from lms.people.moving import move, table_of
from lms.people.rules import matching
from lms.web.module import Around

FIELDS: Mapping[str, tuple[str, ...]] = {
    "name": ("given_name", "family_name"),
    "birth_date": ("birth_date",),
    "email": ("email",),
    "phone": ("phone",),
    "address": ("street", "postal_code", "city", "district"),
    "channel": ("channel",),
    "language": ("language", "address_form"),
    "gender": ("gender",),
    "note": ("note",),
}
"""What one chooses between, and the columns that belong to it."""
LIVE = ("requested", "waiting", "offered", "held", "confirmed")


class Merging:
    """Making one person of two records, or writing down that they are two people."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def tell_apart(self, actor: Actor, *, one_id: UUID, other_id: UUID) -> None:
        """These two are two people; they are not shown as duplicates again. Twice is as good as once. Raises NotFound."""
        ensure(policy.may_merge(actor), actor)
        low, high = sorted((one_id, other_id))
        async with self.begin() as session:
            await _both(session, low, high)
            if await session.get(DistinctPersons, (low, high)) is None:
                session.add(
                    DistinctPersons(
                        one_id=low, other_id=high, decided_at=self.clock(), decided_by=actor.account_id
                    )
                )
                record(
                    session, actor, "person.told_apart", at=self.clock(), kind="person", object_id=low, person_id=low,
                    after={"other": str(high)},
                )  # fmt: skip

    @retried
    async def merge(
        self,
        actor: Actor,
        *,
        kept_id: UUID,
        gone_id: UUID,
        taken: Collection[str] = (),
        versions: tuple[int, int] | None = None,
    ) -> Person:
        """Everything of `gone_id` becomes `kept_id`'s; of `FIELDS` those in `taken` come from the one who goes.

        Nothing that never changes is touched. The page has asked for a fresh proof (S-16). Twice, or twice at once, is as
        good as once. Raises NotFound, SamePerson, Stale (`versions` are those of kept and gone), BothInRun,
        ActForEachOther, BothTeach, AccountHasRoles.
        """
        ensure(policy.may_merge(actor) and actor.person_id not in {kept_id, gone_id}, actor)  # S-08
        now = self.clock()
        async with self.begin() as session:
            kept, gone = await _both(session, kept_id, gone_id)
            if gone.merged_into_id == kept_id:
                return kept
            if gone.merged_into_id is not None or kept.merged_into_id is not None:
                raise NotFound
            if versions is not None and versions != (kept.version, gone.version):
                raise Stale
            await _refuse_two_people(session, kept_id, gone_id)
            locked = await _settle_accounts(session, kept_id, gone_id, now)
            await _make_way(session, actor, kept_id, gone_id, now)
            changed = _choose(kept, gone, taken)
            gone.merged_into_id, gone.merged_at = kept_id, now
            gone.version += 1
            await session.flush()
            try:
                await move(session, gone_id, kept_id)
            except IntegrityError as error:  # somebody enrolled one of them a moment ago
                raise Stale from error
            record(
                session, actor, "person.merged", at=now, kind="person", object_id=kept_id, person_id=kept_id,
                before={"merged": str(gone_id)},
                after={"kept": str(kept_id), "changed": changed, "locked_account": str(locked) if locked else ""},
            )  # fmt: skip
            return await session.get_one(Person, kept_id)


async def _both(session: AsyncSession, one_id: UUID, other_id: UUID) -> tuple[Person, Person]:
    if one_id == other_id:
        raise SamePerson
    rows = await session.scalars(
        select(Person).where(Person.id.in_([one_id, other_id])).order_by(Person.id).with_for_update()
    )
    found = {one.id: one for one in rows}
    if len(found) < 2:
        raise NotFound
    return found[one_id], found[other_id]


async def _refuse_two_people(session: AsyncSession, kept_id: UUID, gone_id: UUID) -> None:
    """What one person cannot be: their own guardian or agent, twice in a run, two trainers."""
    pair = [kept_id, gone_id]
    enrolment, run, trainer = table_of("enrolment"), table_of("run"), table_of("trainer")
    looks_after = [
        select(Guardianship.id).where(Guardianship.guardian_id.in_(pair), Guardianship.child_id.in_(pair)),
        select(Mandate.id).where(Mandate.agent_id.in_(pair), Mandate.principal_id.in_(pair)),
        select(enrolment.c.id).where(enrolment.c.guardian_id.in_(pair), enrolment.c.person_id.in_(pair)),
    ]
    for wanted in looks_after:
        if await session.scalar(wanted.limit(1)) is not None:
            raise ActForEachOther
    if (await session.scalar(select(func.count()).where(trainer.c.person_id.in_(pair)))) == len(pair):
        raise BothTeach
    twice = await session.scalars(
        select(run.c.number)
        .join(enrolment, enrolment.c.run_id == run.c.id)
        .where(enrolment.c.person_id.in_(pair), enrolment.c.state.in_(LIVE))
        .group_by(run.c.number)
        .having(func.count(enrolment.c.person_id.distinct()) > 1)
        .order_by(run.c.number)
    )
    runs = twice.all()
    if runs:
        raise BothInRun(runs=", ".join(runs))


async def _settle_accounts(session: AsyncSession, kept_id: UUID, gone_id: UUID, now: datetime) -> UUID | None:
    """The only account goes along; of two the other is locked and its browsers are signed out. Gives the locked one."""
    account, grant = table_of("account"), table_of("role_grant")
    rows = await session.execute(
        select(account.c.person_id, account.c.id)
        .where(account.c.person_id.in_([kept_id, gone_id]))
        .with_for_update()
    )
    accounts: dict[UUID, UUID] = {row.person_id: row.id for row in rows}
    mine = accounts.get(gone_id)
    if mine is None:
        return None
    if kept_id not in accounts:
        await session.execute(update(account).where(account.c.id == mine).values(person_id=kept_id))
        return None
    if await session.scalar(select(grant.c.id).where(grant.c.account_id == mine).limit(1)) is not None:
        raise AccountHasRoles
    await session.execute(update(account).where(account.c.id == mine).values(locked_at=now))
    browsers, tokens = table_of("browser_session"), table_of("api_token")
    await session.execute(delete(browsers).where(browsers.c.account_id == mine))
    await session.execute(
        update(tokens)
        .where(tokens.c.account_id == mine, tokens.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return mine


async def _make_way(session: AsyncSession, actor: Actor, kept_id: UUID, gone_id: UUID, now: datetime) -> None:
    """Where both stand in one place, the one who stays keeps the wider right in a household and the narrower one elsewhere."""
    mine, theirs = aliased(Membership), aliased(Membership)
    headed = (
        await session.scalars(
            select(mine.id).join(
                theirs,
                and_(
                    theirs.household_id == mine.household_id, theirs.person_id == gone_id, theirs.is_head
                ),
            ).where(mine.person_id == kept_id)
        )
    ).all()  # fmt: skip
    await session.execute(update(Membership).where(Membership.id.in_(headed)).values(is_head=True))
    # what ended for one of the two has ended: merging never lets anybody decide for a child again
    rows = await session.scalars(
        select(Guardianship)
        .where(or_(Guardianship.guardian_id.in_([kept_id, gone_id]), Guardianship.child_id.in_([kept_id, gone_id])))
        .with_for_update()
    )  # fmt: skip
    kept_ones: dict[tuple[UUID, UUID], list[Guardianship]] = {}
    for one in rows:
        pair = tuple(kept_id if each == gone_id else each for each in (one.guardian_id, one.child_id))
        kept_ones.setdefault((pair[0], pair[1]), []).append(one)
    for same in kept_ones.values():
        ended = next((one.ended_at for one in same if one.ended_at is not None), None)
        for one in same:
            one.ended_at = ended if len(same) > 1 else one.ended_at
    mandates = await session.scalars(
        select(Mandate)
        .where(
            or_(Mandate.principal_id.in_([kept_id, gone_id]), Mandate.agent_id.in_([kept_id, gone_id])),
            Mandate.given_at.is_not(None),
            Mandate.ended_at.is_(None),
        )
        .order_by(Mandate.given_at.desc())
        .with_for_update()
    )
    newest: set[tuple[UUID | None, UUID | None]] = set()
    for mandate in mandates:
        principal, agent = (
            kept_id if one == gone_id else one for one in (mandate.principal_id, mandate.agent_id)
        )
        if (principal, agent) in newest:
            mandate.ended_at, mandate.ended_by, mandate.ended_reason = now, actor.account_id, "merged"
        newest.add((principal, agent))
    await session.execute(
        delete(DistinctPersons).where(
            or_(DistinctPersons.one_id == gone_id, DistinctPersons.other_id == gone_id)
        )
    )


def _choose(kept: Person, gone: Person, taken: Collection[str]) -> list[str]:
    """Write the chosen values to the one who stays; what they lack comes along unasked."""
    changed = []
    for name, columns in FIELDS.items():
        is_blank = not any(getattr(kept, column) for column in columns)
        if name not in taken and not is_blank:
            continue
        for column in columns:
            if getattr(kept, column) != getattr(gone, column):
                setattr(kept, column, getattr(gone, column))
                changed.append(column)
    kept.matching = matching(kept.given_name, kept.family_name)
    kept.version += 1
    return changed
