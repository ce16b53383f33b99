"""For the team: the register of all certificates, and everything about one of them."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.handing_out import persons_file
from lms.accounts.models import Account
from lms.certification.errors import AlreadyEnded, HolderUnknown
from lms.certification.handing.choosing import uuid_in
from lms.certification.handing.history import history_of, letters_about
from lms.certification.handing.register import Sought, register_page
from lms.certification.handing.sending import Resending
from lms.certification.letters import holder_of
from lms.certification.models import Certificate, CertificateState
from lms.certification.pages.runs import PATH
from lms.certification.queries import certificate_of
from lms.certification.verification.facts import shown_name
from lms.certification.words import KINDS, LANGUAGES, STATES
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Person
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.formats import date_plain
from lms.web.language import gettext, ngettext, translated
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.pagination import every, page_of, window

REGISTER = f"{PATH}/register"
SENT_AGAIN = declare("nachweis-gesendet", N_("The certificate is sent once more. Below you see the letter."))
ENDED = declare("nachweis-gilt-nicht", AlreadyEnded.message, "warning")
NOBODY = declare("nachweis-ohne-person", HolderUnknown.message, "warning")


class RegisterPages(Controller):
    """Every certificate that was ever issued, as long as the register keeps it."""

    path = PATH
    opt = may("R", "certificate", of=Scope.ALL)
    include_in_schema = False

    @get("/register")
    async def index(
        self, request: Request[Any, Any, Any], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """A page of what was found."""
        sought = Sought.from_pairs(request.query_params.multi_items())
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            entries, total = await register_page(session, sought, limit=size, offset=offset)
        page = page_of(entries, number=number, size=size, total=total, path=REGISTER, query=sought.pairs)
        return Template(
            "certification/handing/register.html",
            context={
                "page": page,
                "sought": sought,
                "kinds": KINDS,
                "states": STATES,
                "may_issue": actor.may_for_all("issue", "certificate"),
            },
        )

    @get(["/register/liste.csv", "/register/liste.xlsx"])
    async def table(
        self, request: Request[Any, Any, Any], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """What was found, all pages in one file."""
        sought = Sought.from_pairs(request.query_params.multi_items())
        async with around.begin.reading() as session:
            found = await every(
                lambda limit, offset: register_page(session, sought, limit=limit, offset=offset)
            )
        head: list[Cell] = [
            gettext("Number"), gettext("Name"), gettext("Course"), gettext("Run"), gettext("First day"), gettext("Last day"),
            gettext("Kind"), gettext("Issued on"), gettext("State"), gettext("Ended on"), gettext("Code"),
        ]  # fmt: skip
        rows: list[list[Cell]] = [
            [
                one.number, one.name, one.course, one.run, one.first_day, one.last_day,
                translated(KINDS.get(one.kind, one.kind)), one.issued_at, translated(STATES[one.state][0]), one.ended_at,
                one.code,
            ]
            for one in found
        ]  # fmt: skip
        return await persons_file(request, around, actor, "nachweise", [head, *rows])

    @get("/{certificate_id:uuid}")
    async def certificate(
        self, certificate_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """One certificate: its facts, its file, its state, what has happened to it, which letters went out."""
        async with begin.reading() as session:
            context = await certificate_context(session, actor, certificate_id)
            certificate = context["certificate"]
            context |= {
                "history": await history_of(session, certificate_id),
                "letters": await letters_about(session, certificate_id),
                "issuer": await _issuer(session, certificate),
                "heir": await _number(session, certificate.replaced_by),
                "holder": await holder_of(session, certificate),
            }
        context |= {
            "form_id": uuid4(),
            "kinds": KINDS,
            "states": STATES,
            "languages": LANGUAGES,
            "may_send": actor.may_for_all("issue", "certificate"),
            "may_read_letters": actor.may_for_all("R", "message"),
            "may_read_persons": actor.may_for_all("R", "person"),
        }
        return Template("certification/certificate.html", context=context)

    @post("/{certificate_id:uuid}/senden", opt=may("issue", "certificate"))
    async def send_again(
        self,
        request: Request[Any, Any, Any],
        certificate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        resending: NamedDependency[Resending],
    ) -> Redirect:
        """Send it once more. The same form twice is one letter."""
        form_id = uuid_in(str((await request.form()).get("id", "")))
        if form_id is None:
            raise NotFound
        here = f"{PATH}/{certificate_id}"
        try:
            await resending.send_again(actor, certificate_id=certificate_id, form_id=form_id)
        except AlreadyEnded:
            return after(here, ENDED)
        except HolderUnknown:
            return after(here, NOBODY)
        return after(here, SENT_AGAIN)


async def certificate_context(session: AsyncSession, actor: Actor, certificate_id: UUID) -> dict[str, Any]:
    """What every page about one certificate shows. Raises NotFound."""
    certificate = await certificate_of(session, certificate_id)
    stands = certificate.state is CertificateState.ISSUED
    return {
        "certificate": certificate,
        "facts": facts_of(certificate),
        "may_revoke": stands and actor.may_for_all("revoke", "certificate"),
        "may_replace": stands
        and certificate.person_id is not None
        and actor.may_for_all("replace", "certificate"),
    }


def facts_of(certificate: Certificate) -> list[tuple[str, Any]]:
    """What the paper states, as pairs of words for a list; what is not on it is left out."""
    said = certificate.facts
    holder = said.get("holder", {})
    attended, planned = said.get("units_attended"), said.get("units_planned")
    extent = ""
    if attended is not None and planned is not None:
        extent = gettext(
            "%(attended)s of %(planned)s units of 45 minutes", attended=attended, planned=planned
        )
    elif attended is not None:
        extent = ngettext("%(num)s unit of 45 minutes", "%(num)s units of 45 minutes", attended)
    elif said.get("hours"):
        extent = ngettext("%(num)s hour", "%(num)s hours", said["hours"])
    period = " – ".join(
        dict.fromkeys(_day(said.get(name)) for name in ("first_day", "last_day") if said.get(name))
    )
    pairs = [
        (gettext("Name"), holder.get("name", "")), (gettext("Birth date"), _day(holder.get("born"))),
        (gettext("Course"), said.get("course", "")), (gettext("Run"), said.get("run", "")),
        (gettext("Period"), period), (gettext("Extent"), extent), (gettext("Place"), said.get("place", "")),
        (gettext("Trainers"), ", ".join(said.get("trainers") or [])), (gettext("Employer"), said.get("employer", "")),
    ]  # fmt: skip
    return [(words, value) for words, value in pairs if value]


def shown_facts(certificate: Certificate) -> list[tuple[str, Any]]:
    """Of these what everybody reads who checks it, the name as its holder has allowed."""
    public = {gettext("Course"), gettext("Period"), gettext("Extent")}
    return [
        (gettext("Name"), shown_name(certificate) or gettext("not shown")),
        *(pair for pair in facts_of(certificate) if pair[0] in public),
        (gettext("Number"), certificate.number),
    ]


def _day(text: str | None) -> str:
    return date_plain(datetime.fromisoformat(text).date()) if text else ""


async def _issuer(session: AsyncSession, certificate: Certificate) -> str:
    account = await session.get(Account, certificate.issued_by) if certificate.issued_by else None
    person = await session.get(Person, account.person_id) if account else None
    return person.name if person else ""


async def _number(session: AsyncSession, certificate_id: UUID | None) -> str:
    if certificate_id is None:
        return ""
    found = await session.get(Certificate, certificate_id)
    return found.number if found else ""
