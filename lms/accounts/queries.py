"""Reading accounts, and everything a request needs to know about who sends it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Uuid, case, cast, func, literal, null, or_, select, type_coerce, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Date, String

from lms.accounts.models import Account, ApiToken, BrowserSession, RecoveryCode, RoleGrant
from lms.kernel.errors import NotFound
from lms.kernel.rights import Identity
from lms.people.models import CompanyContact, Guardianship, Mandate, MandateScope, Membership, Person
from lms.people.rules import is_minor, matching, rights_of


@dataclass(frozen=True, slots=True)
class Capacities:
    """In which capacities a person may act today."""

    roles: frozenset[Identity] = frozenset()
    acts_for: frozenset[UUID] = frozenset()
    wards: frozenset[UUID] = frozenset()
    companies: frozenset[UUID] = frozenset()
    granted: frozenset[tuple[UUID, str, str]] = frozenset()

    def persons_for(self, act: str, resource: str) -> frozenset[UUID]:
        """Whose records these capacities open for this act, beside one's own; for feeds, where nobody signs in."""
        return self.acts_for | {whose for whose, did, what in self.granted if (did, what) == (act, resource)}


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account in the list of the administration."""

    id: UUID
    name: str
    email: str
    roles: tuple[Identity, ...]
    has_second_factor: bool
    signed_in_at: datetime | None
    locked_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """Everything a page shows about one account. Session hashes stay inside: `browsers` are numbered by the page."""

    account: Account
    person: Person
    roles: tuple[Identity, ...]
    browsers: Sequence[BrowserSession] = ()
    tokens: Sequence[ApiToken] = ()
    recovery_codes_left: int = 0
    capacities: Capacities = field(default_factory=Capacities)


async def visit_of(session: AsyncSession, session_hash: str) -> tuple[BrowserSession, Account, Person] | None:
    """Session, account and person behind a cookie, or None."""
    found = (
        await session.execute(
            select(BrowserSession, Account, Person)
            .join(Account, Account.id == BrowserSession.account_id)
            .join(Person, Person.id == Account.person_id)
            .where(BrowserSession.hash == session_hash)
        )
    ).first()
    return None if found is None else (found[0], found[1], found[2])


async def token_of(session: AsyncSession, token_hash: str) -> tuple[ApiToken, Account, Person] | None:
    """Token, account and person behind a bearer token, or None."""
    found = (
        await session.execute(
            select(ApiToken, Account, Person)
            .join(Account, Account.id == ApiToken.account_id)
            .join(Person, Person.id == Account.person_id)
            .where(ApiToken.hash == token_hash)
        )
    ).first()
    return None if found is None else (found[0], found[1], found[2])


async def capacities_of(session: AsyncSession, account_id: UUID, person_id: UUID, today: date) -> Capacities:
    """Roles, household, wards, companies and mandates, in one statement.

    Children who have come of age are nobody's wards (L-31), nor are those for whom somebody else decides now.
    """
    no_id, no_day, no_word = cast(null(), Uuid), cast(null(), Date), cast(null(), String)
    mine = select(Membership.household_id).where(Membership.person_id == person_id, Membership.is_head)
    found = await session.execute(
        union_all(
            select(literal("role"), no_id, no_day, type_coerce(RoleGrant.role, String)).where(
                RoleGrant.account_id == account_id
            ),
            select(literal("household"), Person.id, Person.birth_date, no_word)
            .join(Membership, Membership.person_id == Person.id)
            .where(Membership.household_id.in_(mine), Person.id != person_id),
            select(
                case((Guardianship.ended_at.is_(None), "child"), else_="former child"),
                Person.id,
                Person.birth_date,
                no_word,
            )
            .join(Guardianship, Guardianship.child_id == Person.id)
            .where(Guardianship.guardian_id == person_id),
            select(literal("mandate"), Mandate.principal_id, no_day, Mandate.scopes).where(
                Mandate.agent_id == person_id,
                Mandate.given_at.is_not(None),
                Mandate.ended_at.is_(None),
                or_(Mandate.valid_until.is_(None), Mandate.valid_until >= today),
            ),
            select(literal("company"), CompanyContact.company_id, no_day, no_word).where(
                CompanyContact.person_id == person_id
            ),
            select(literal("merged"), Person.id, no_day, cast(Person.merged_into_id, String)).where(
                or_(
                    Person.merged_into_id == person_id,
                    Person.merged_into_id.in_(
                        select(Membership.person_id).where(Membership.household_id.in_(mine))
                    ),
                    Person.merged_into_id.in_(
                        select(Guardianship.child_id).where(Guardianship.guardian_id == person_id)
                    ),
                    Person.merged_into_id.in_(
                        select(Mandate.principal_id).where(Mandate.agent_id == person_id)
                    ),
                )
            ),
        )
    )
    roles: set[Identity] = set()
    household: set[UUID] = set()
    children: set[UUID] = set()
    former: set[UUID] = set()
    wards: set[UUID] = set()
    companies: set[UUID] = set()
    granted: set[tuple[UUID, str, str]] = set()
    merged: dict[UUID, UUID] = {}
    for kind, whose, birth_date, word in found.all():
        if kind == "role":
            roles.add(Identity(word))
        elif kind == "company":
            companies.add(whose)
        elif kind == "merged":
            merged[whose] = UUID(word)
        elif kind == "mandate":
            rights = rights_of(MandateScope(one) for one in word.split())
            granted |= {(whose, act, resource) for act, resource in rights}
        elif kind == "former child":
            former.add(whose)
        else:
            (household if kind == "household" else children).add(whose)
            if is_minor(birth_date, today):
                wards.add(whose)
    wards -= former  # whose guardian somebody no longer is, they are not the head of either, minor or not
    acts_for = (household - former - (children - wards)) | wards
    # certificates and invoices name the record they were issued to, also when it has been merged into another since
    acts_for |= {one for one, into in merged.items() if into == person_id or into in acts_for}
    granted |= {
        (one, act, resource)
        for one, into in merged.items()
        for whose, act, resource in granted
        if whose == into
    }
    return Capacities(
        roles=frozenset(roles),
        acts_for=frozenset(acts_for),
        wards=frozenset(wards),
        companies=frozenset(companies),
        granted=frozenset(granted),
    )


async def roles_of(session: AsyncSession, account_id: UUID) -> frozenset[Identity]:
    """The roles of an account."""
    return frozenset(
        (await session.scalars(select(RoleGrant.role).where(RoleGrant.account_id == account_id))).all()
    )


async def account_by_email(session: AsyncSession, email: str) -> tuple[Account, Person] | None:
    """The account with this (folded) address and its person, or None."""
    found = (
        await session.execute(
            select(Account, Person).join(Person, Person.id == Account.person_id).where(Account.email == email)
        )
    ).first()
    return None if found is None else (found[0], found[1])


async def account_of(session: AsyncSession, account_id: UUID, *, lock: bool = False) -> Account:
    """The account; raises NotFound."""
    wanted = select(Account).where(Account.id == account_id)
    account = (await session.scalars(wanted.with_for_update() if lock else wanted)).first()
    if account is None:
        raise NotFound
    return account


async def facts_of(session: AsyncSession, account_id: UUID, *, at: datetime) -> AccountFacts:
    """Account, person, roles, living sessions and valid tokens. Five statements; raises NotFound."""
    found = (
        await session.execute(
            select(Account, Person)
            .join(Person, Person.id == Account.person_id)
            .where(Account.id == account_id)
        )
    ).first()
    if found is None:
        raise NotFound
    sessions = await session.scalars(
        select(BrowserSession)
        .where(BrowserSession.account_id == account_id, BrowserSession.ends_at > at)
        .order_by(BrowserSession.seen_at.desc())
    )
    tokens = await session.scalars(
        select(ApiToken)
        .where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > at)
        .order_by(ApiToken.created_at.desc())
    )
    left = await session.scalar(
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    )
    return AccountFacts(
        account=found[0],
        person=found[1],
        roles=tuple(sorted(await roles_of(session, account_id))),
        browsers=[one for one in sessions if one.seen_at + timedelta(minutes=one.idle_minutes) > at],
        tokens=tokens.all(),
        recovery_codes_left=left or 0,
    )


async def accounts_found(
    session: AsyncSession, *, words: str = "", role: Identity | None = None, limit: int, offset: int
) -> tuple[list[AccountLine], int]:
    """Accounts by name or address, in the order of their names, and how many there are altogether. Three statements."""
    conditions = []
    if words:
        conditions.append(
            or_(
                Person.matching.contains(matching(words, ""), autoescape=True),
                Account.email.contains(words.casefold(), autoescape=True),
            )
        )
    if role is not None:
        conditions.append(
            select(RoleGrant.id).where(RoleGrant.account_id == Account.id, RoleGrant.role == role).exists()
        )
    of_person = Person.id == Account.person_id
    total = await session.scalar(select(func.count(Account.id)).join(Person, of_person).where(*conditions))
    rows = (
        await session.execute(
            select(Account, Person)
            .join(Person, of_person)
            .where(*conditions)
            .order_by(Person.family_name, Person.given_name, Account.id)
            .limit(limit)
            .offset(offset)
        )
    ).all()
    grants = await session.execute(
        select(RoleGrant.account_id, RoleGrant.role).where(
            RoleGrant.account_id.in_([account.id for account, _ in rows])
        )
    )
    roles: dict[UUID, list[Identity]] = {}
    for account_id, granted in grants.all():
        roles.setdefault(account_id, []).append(granted)
    lines = [
        AccountLine(
            id=account.id, name=person.name, email=account.email, roles=tuple(sorted(roles.get(account.id, []))),
            has_second_factor=account.totp_secret is not None, signed_in_at=account.signed_in_at,
            locked_at=account.locked_at,
        )
        for account, person in rows
    ]  # fmt: skip
    return lines, total or 0


async def holders_of(session: AsyncSession, role: Identity) -> set[UUID]:
    """The unlocked accounts that have this role, kept from changing until the transaction ends."""
    grants = (
        await session.scalars(select(RoleGrant.account_id).where(RoleGrant.role == role).with_for_update())
    ).all()
    unlocked = await session.scalars(
        select(Account.id).where(Account.id.in_(grants), Account.locked_at.is_(None))
    )
    return set(unlocked)
