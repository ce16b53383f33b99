"""Sitting down as one of the made-up people: only in the demo, where the addresses of all of them lead nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.models import Account, BrowserSession, RoleGrant
from lms.accounts.queries import account_of, roles_of
from lms.accounts.role_words import ROLE_WORDS
from lms.accounts.rules import landing, session_limits
from lms.accounts.sessions import entry_of, open_session, session_cookie
from lms.db import Begin
from lms.demo.data import FOLDER, DemoDataError, read_people
from lms.demo.filling.vouchers import TO_TRY
from lms.kernel.clock import Clock, at_venue, today
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import STAFF, Identity
from lms.kernel.tokens import Signer
from lms.people.models import Person
from lms.scheduling.models import Session, SessionState, SessionTrainer
from lms.vouchers.codes import code_again, in_groups
from lms.vouchers.models import Voucher
from lms.vouchers.words import discount_words
from lms.web.access import PUBLIC
from lms.web.formats import amount
from lms.web.language import current_language, gettext
from lms.web.module import Around
from lms.web.templating import url

PATH = "/demo/einloggen"
SHOWN_WITHOUT_STORY = 3


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody the visitor may be: what they do, in the reader's language."""

    account_id: UUID
    name: str
    roles: tuple[str, ...]
    story: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody on the page, in three groups."""

    team: Sequence[Guest]
    trainers: Sequence[Guest]
    learners: Sequence[Guest]


class DemoSignIn(Controller):
    """One click for each role. The session is a proper one, with the second step already given."""

    path = PATH
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def choose(
        self, begin: NamedDependency[Begin], clock: NamedDependency[Clock], around: NamedDependency[Around]
    ) -> Template:
        async with begin.reading() as session:
            cast = await _cast(session, today(clock))
            codes = await _codes(session, around.signer)
        return Template("demo/sign_in.html", context={"cast": cast, "codes": codes})

    @post()
    async def sit_down(self, request: Request[Any, Any, Any], around: NamedDependency[Around]) -> Redirect:
        form, now = await request.form(), around.clock()
        try:
            account_id = UUID(str(form.get("konto", "")))
        except ValueError as error:
            raise NotFound from error
        former = entry_of(request)
        async with around.begin() as session:
            account = await account_of(session, account_id)
            roles = await roles_of(session, account.id)
            if former is not None:
                await session.execute(delete(BrowserSession).where(BrowserSession.hash == former.hash))
            ticket = open_session(
                session, account.id, session_limits(roles, stays=False, settings=around.settings), at=now,
                second_factor_at=now, browser=request.headers.get("user-agent", ""),
            )  # fmt: skip
            account.signed_in_at = now
        cookies = [session_cookie(ticket, around.settings)]
        return Redirect(url(landing(roles)), status_code=303, cookies=cookies)


async def _cast(session: AsyncSession, day: date) -> Cast:
    teaching = await _teaching_on(session, day)
    stories = _stories(current_language())
    with_role = select(RoleGrant.account_id)
    rows = (
        await session.execute(
            select(Account, Person)
            .join(Person, Person.id == Account.person_id)
            .where(Account.id.in_(with_role) | Account.email.in_(list(stories)))
            .order_by(Person.family_name, Person.given_name)
        )
    ).all()
    if not any(account.email in stories for account, _ in rows):
        others = select(Account, Person).join(Person, Person.id == Account.person_id)
        rows = [
            *rows,
            *(await session.execute(others.where(Account.id.not_in(with_role)).limit(SHOWN_WITHOUT_STORY))),
        ]
    granted: dict[UUID, list[Identity]] = {}
    for account_id, role in (await session.execute(select(RoleGrant.account_id, RoleGrant.role))).all():
        granted.setdefault(account_id, []).append(role)
    team: list[Guest] = []
    trainers: list[Guest] = []
    learners: list[Guest] = []
    for account, person in rows:
        roles = sorted(granted.get(account.id, []))
        story = stories.get(account.email, "").removeprefix(f"{person.name}, ")
        if person.id in teaching:
            story = gettext(N_("Teaches today."))
        guest = Guest(account.id, person.name, tuple(ROLE_WORDS[role] for role in roles), story)
        (team if STAFF & set(roles) else trainers if roles else learners).append(guest)
    trainers.sort(key=lambda guest: not guest.story)  # those who teach today first
    return Cast(team=team, trainers=trainers, learners=learners)


async def _codes(session: AsyncSession, signer: Signer) -> list[tuple[str, str]]:
    """Vouchers to try out: the code, and what it gives. Nowhere but here are codes shown to everybody."""
    rows = await session.scalars(
        select(Voucher).where(Voucher.cause_key.startswith(TO_TRY)).order_by(Voucher.cause_key)
    )
    found = []
    for one in rows:
        code = one.word or in_groups(code_again(signer, one.id, one.code_hash) or "")
        found.append((code, discount_words(one) or amount(one.balance_cents)))
    return [(code, gives) for code, gives in found if code]


async def _teaching_on(session: AsyncSession, day: date) -> set[UUID]:
    """The persons who teach on this day, so that a visitor finds a trainer with something to do."""
    begins, ends = at_venue(day, time()), at_venue(day + timedelta(days=1), time())
    return set(
        await session.scalars(
            select(SessionTrainer.person_id)
            .join(Session, Session.id == SessionTrainer.session_id)
            .where(
                Session.state == SessionState.PLANNED, Session.starts_at >= begins, Session.starts_at < ends
            )
        )
    )


@cache
def _stories(language: str) -> dict[str, str]:
    """What is told about the named people, by their address."""
    try:
        people = read_people(FOLDER)
    except DemoDataError:
        return {}
    told = {member.email: (member.job_de, member.job_en) for member in people.staff}
    told |= {figure.email: (figure.story_de, figure.story_en) for figure in people.figure if figure.email}
    return {email.casefold(): words[language == "en"] for email, words in told.items()}
