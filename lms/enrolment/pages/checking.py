"""The last page of the form, and what came of it. Double click, reload and two tabs lead to one booking."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.limits import within
from lms.accounts.models import Account
from lms.enrolment import policy
from lms.enrolment.choices.reading import own_choices
from lms.enrolment.conditions.queries import Clash, clashes_of
from lms.enrolment.errors import (
    EnrolmentClosed,
    NotYetOpen,
    PriceChanged,
    RunFull,
    RunNotOffered,
    SessionFull,
)
from lms.enrolment.forms import EARLY_START, CheckForm
from lms.enrolment.models import Application, Enrolment, EntryWay
from lms.enrolment.pages.draft import Draft
from lms.enrolment.pages.drafts import find, keep
from lms.enrolment.pages.ordering import mark, wanted
from lms.enrolment.pages.other_choices import PART
from lms.enrolment.pages.private import PRIVATE, browser_key
from lms.enrolment.pages.questions import Step
from lms.enrolment.pages.receipt import receipt_of
from lms.enrolment.pages.summary import blocks, course_facts
from lms.enrolment.pages.way import first_open
from lms.enrolment.pages.wizard import around_step, gone, refused, to
from lms.enrolment.pages.words import (
    TERMS_VERSION,
    asks_early_start,
    button_words,
    conditions,
    price_lines,
)
from lms.enrolment.queries import application_of, claim, claims_of_order
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import DomainError, Forbidden, NotFound, TooMany
from lms.web.access import PUBLIC
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.sent import uuid_in
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
LIMIT = "enrolment"


class CheckingPages(Controller):
    """Check, send, confirmed."""

    path = "/anmelden/{run_id:uuid}"
    opt = PUBLIC
    include_in_schema = False

    @get("/" + Step.CHECK)
    async def check(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template | Redirect:
        """Every answer, the price, the conditions, and the one button."""
        found = await find(request, actor, around, run_id)
        if found.draft is None:
            return gone(found, run_id)
        still_open = first_open(found.draft)
        if still_open is not Step.CHECK:
            return to(found.draft, still_open)
        return await _page(found.draft, around, check_form(found.draft, around))

    @post("/" + Step.CHECK)
    async def send(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Enrol. Sent again it leads to the same confirmation."""
        found = await find(request, actor, around, run_id)
        sent = await request.form()
        draft, sent_id = found.draft, uuid_in(sent.get("application"))
        if draft is None or (sent_id is not None and sent_id != draft.application.id):
            return _confirmation(run_id, sent_id) if sent_id and found.key else gone(found, run_id)
        if first_open(draft) is not Step.CHECK:
            return to(draft, first_open(draft))
        form = check_form(draft, around, sent)
        if not form.validate():
            return await _page(draft, around, form, status=422)
        if sent.get("promise") != mark(draft):
            return await _page(draft, around, check_form(draft, around), status=409, has_changed=True)
        try:
            await self._enrol(enrolment, actor, around, draft, found.key)
        except DomainError as refusal:
            return await self._refused(enrolment, actor, around, draft, found.key, refusal)
        return _confirmation(run_id, draft.application.id)

    @get("/bestaetigung/{application_id:uuid}")
    async def confirmation(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        application_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template | Redirect:
        """What came of it, for the browser that sent it, however often it looks; by mandate as long as that lasts (S-04)."""
        key = browser_key(request, around.settings)
        async with around.begin.reading() as session:
            application = await application_of(session, application_id, key)
            if application.run_id != run_id or application.enrolment_id is None:
                raise NotFound
            if application.completed_at is None:
                return Redirect(url(f"/anmelden/{run_id}/{Step.CHECK}"), status_code=303, headers=PRIVATE)
            first = (await claim(session, application.enrolment_id)).enrolment
            if await was_by_mandate(session, application, first):
                ensure(actor.is_signed_in, actor)
                if actor.account_id != application.account_id or not policy.reaches(actor, first, "R"):
                    raise NotFound
            receipt = await receipt_of(session, around, await claims_of_order(session, first.order_id), actor)
            choices = await own_choices(session, receipt.claims[0], around.clock())
        if receipt.first.awaits_payment and receipt.pay_path:
            return Redirect(url(receipt.pay_path), status_code=303, headers=PRIVATE)
        links = {
            one.enrolment.id: f"/meine-kurse/{one.enrolment.id}"
            if policy.is_limited(actor, one.enrolment.person_id)
            else manage_path(around, one.enrolment.id, one.enrolment.link_version)
            for one in receipt.claims
        }
        return Template(
            "enrolment/confirmation.html",
            context={
                "receipt": receipt,
                "offering": receipt.offering,
                "links": links,
                "choices": choices,
                "choices_path": f"{links[receipt.first.id]}/{PART}",
                "offer_hours": around.settings.offer_hours,
            },
            headers=PRIVATE,
        )

    @staticmethod
    async def _enrol(enrolment: Enrolments, actor: Actor, around: Around, draft: Draft, key: str) -> None:
        if not actor.is_signed_in:
            await within(around.begin, around.clock, LIMIT, address=actor.address)
        order = wanted(draft)
        await enrolment.enrol(
            actor,
            run_id=draft.offering.run.id,
            persons=order.persons,
            contact=order.contact,
            company=order.company,
            payment_method=order.payment_method,
            concession=order.concession,
            way=EntryWay.WEB,
            rule=order.rule,
            wants=order.wants,
            order_number=order.order_number,
            terms_version=TERMS_VERSION,
            early_start_wording=gettext(EARLY_START) if asks_early_start(draft, around.settings) else "",
            session_ids=order.session_ids,
            agreed_cents=draft.total_cents if draft.may_order else None,
            said=order.said,
            application_id=draft.application.id,
            browser_key=key,
        )

    @staticmethod
    async def _refused(
        enrolment: Enrolments, actor: Actor, around: Around, draft: Draft, key: str, refusal: DomainError
    ) -> Template | Redirect:
        """The same page with the reason and what to do; nothing that was typed is lost."""
        form, status = check_form(draft, around), refusal.status
        if isinstance(refusal, (RunFull, SessionFull, PriceChanged)):
            draft = await keep(enrolment, actor, around, key, draft, draft.answers)
            if first_open(draft) is not Step.CHECK:
                return to(draft, first_open(draft))
            return await _page(draft, around, form, status=status, has_changed=draft.may_order)
        if isinstance(refusal, (EnrolmentClosed, NotYetOpen, RunNotOffered)):
            return await refused(around, draft.offering, refusal, status=status)
        if isinstance(refusal, (NotFound, Forbidden)):
            raise refusal
        form.refuse("", refusal.message, **refusal.params)
        headers = {"retry-after": str(refusal.retry_after)} if isinstance(refusal, TooMany) else {}
        return await _page(draft, around, form, status=status, headers=headers)


async def was_by_mandate(session: AsyncSession, application: Application, first: Enrolment) -> bool:
    """Whether somebody with an account of their own sent it for a person who is the customer themselves."""
    if application.account_id is None or first.contact_id != first.person_id:
        return False
    sender = await session.scalar(select(Account.person_id).where(Account.id == application.account_id))
    return sender != first.person_id


def manage_path(around: Around, enrolment_id: UUID, link_version: int) -> str:
    """The page of one enrolment that opens without an account."""
    return f"/anmeldung/{enrolment_id}/{around.signer.token('enrolment', enrolment_id, link_version)}"


def check_form(draft: Draft, around: Around, sent: Any = None) -> CheckForm:
    """The ticks of the last page: the express request to begin only where it would begin too early (L-14)."""
    form = form_from(CheckForm, sent)
    if not asks_early_start(draft, around.settings):
        del form.early
    return form


async def _page(
    draft: Draft,
    around: Around,
    form: CheckForm,
    *,
    status: int = 200,
    has_changed: bool = False,
    headers: dict[str, str] | None = None,
) -> Template:
    async with around.begin.reading() as session:
        clashes = await own_clashes(session, draft)
    return Template(
        "enrolment/check.html",
        context={
            "clashes": clashes,
            **around_step(draft, Step.CHECK),
            "form": form,
            "course_facts": course_facts(draft),
            "blocks": blocks(draft),
            "price_lines": price_lines(draft) if draft.may_order and draft.full_price_cents else [],
            "conditions": conditions(draft, around.settings),
            "button": button_words(draft),
            "promise": mark(draft),
            "has_changed": has_changed,
        },
        status_code=status,
        headers=PRIVATE | (headers or {}),
    )


async def own_clashes(session: AsyncSession, draft: Draft) -> Sequence[Clash]:
    """What the person has at that time already (F-E18): only of somebody who was chosen, whom the visitor acts for."""
    chosen = [draft.known] if not draft.names_list else [draft.known_as(one) for one in draft.participants]
    ids = [one.id for one in chosen if one is not None]
    if not ids:
        return ()
    singly = [entry.session_id for entry in draft.sessions]
    return await clashes_of(session, ids, draft.offering.run.id, singly)


def _confirmation(run_id: UUID, application_id: UUID) -> Redirect:
    return Redirect(
        url(f"/anmelden/{run_id}/bestaetigung/{application_id}"), status_code=303, headers=PRIVATE
    )
