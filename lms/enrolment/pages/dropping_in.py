"""Coming to single sessions (F-B05): the way into the form, and changing afterwards what one comes to."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment import rules
from lms.enrolment.errors import DropInNotOffered, EnrolmentClosed, NotYetOpen, RunNotOffered
from lms.enrolment.forms import GiveBackForm, MoreSessionsForm
from lms.enrolment.models import EnrolmentState
from lms.enrolment.pages.asking import ways_of
from lms.enrolment.pages.drafts import find
from lms.enrolment.pages.offering import Offering, offering_of
from lms.enrolment.pages.private import PRIVATE, browser_cookie, new_browser_key
from lms.enrolment.pages.questions import Step
from lms.enrolment.pages.receipt import receipt_of
from lms.enrolment.pages.way import first_open
from lms.enrolment.pages.wizard import refused
from lms.enrolment.pages.words import drop_in_cancel_words
from lms.enrolment.queries import Claim, claim, claim_for, sessions_of
from lms.enrolment.service import Enrolments
from lms.enrolment.service.dropping_in import Chosen, still_open
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.scheduling.calendar import PUBLISH, Entry, calendar_file
from lms.web.access import PUBLIC, SIGNED_IN
from lms.web.formats import amount, period
from lms.web.forms import form_from
from lms.web.language import gettext, ngettext, translated
from lms.web.module import Around
from lms.web.sent import uuid_in
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
WAY_IN = "einzeln"


class DropInPages(Controller):
    """Before the form: which sessions there are, what each costs, and the ways in."""

    path = "/anmelden/{run_id:uuid}/" + WAY_IN
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def start(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """What it is, and what it costs."""
        found = await find(request, actor, around, run_id)
        run, now = found.offering.run, around.clock()
        try:
            rules.refuse_unless_open_for_drop_ins(run, now)
        except (RunNotOffered, NotYetOpen, EnrolmentClosed, DropInNotOffered) as refusal:
            return await refused(around, found.offering, refusal, status=200)
        draft = found.draft if found.draft is not None and found.draft.is_drop_in else None
        return Template(
            "enrolment/single.html",
            context={
                "offering": found.offering,
                "dates": found.offering.at_dates(now),
                "has_room": any(
                    found.offering.room_left[one.session_id] for one in found.offering.at_dates(now)
                ),
                "ways_to_pay": [translated(name) for _, name, _ in ways_of(found.offering)],
                "cancel_words": drop_in_cancel_words(run) if run.drop_in_price_cents else "",
                "is_signed_in": actor.is_signed_in,
                "here": f"/anmelden/{run_id}/{WAY_IN}",
                "go_on": draft.path(first_open(draft)) if draft else "",
            },
            headers=PRIVATE,
        )

    @post()
    async def begin_form(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Open the form; a date named in the address is ticked already."""
        found = await find(request, actor, around, run_id)
        # only a key that we know is taken on: a planted one could be read along (S-10)
        is_known = found.draft is not None or found.completed_id is not None
        key = found.key if is_known else new_browser_key()
        try:
            await enrolment.begin_drop_in(actor, run_id=run_id, browser_key=key)
        except (RunNotOffered, NotYetOpen, EnrolmentClosed, DropInNotOffered) as refusal:
            return await refused(around, found.offering, refusal, status=refusal.status)
        return Redirect(
            url(f"/anmelden/{run_id}/{Step.SESSIONS}"),
            status_code=303,
            cookies=[browser_cookie(key, around.settings)],
            headers=PRIVATE,
        )


class DropInLinkPages(Controller):
    """The sessions of one enrolment, for whoever holds its link: as a calendar file, and to choose more."""

    path = "/anmeldung/{enrolment_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get("/termine.ics")
    async def calendar(
        self, enrolment_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The dates of this enrolment alone."""
        async with around.begin.reading() as session:
            found = opened(around, await claim(session, enrolment_id), token)
            receipt = await receipt_of(session, around, [found])
        file = calendar_file(receipt.offering.dates, name=receipt.offering.title)
        headers = PRIVATE | {"content-disposition": 'attachment; filename="termine.ics"'}
        return Response(file, media_type=PUBLISH, headers=headers)

    @get("/termine")
    async def ask_more(
        self, enrolment_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template | Redirect:
        """Which further dates there are."""
        async with around.begin.reading() as session:
            found = opened(around, await claim(session, enrolment_id), token)
        return await more(around, found, here=f"/anmeldung/{enrolment_id}/{token}")

    @post("/termine")
    async def add_more(
        self,
        request: AnyRequest,
        enrolment_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Come to further dates."""
        async with around.begin.reading() as session:
            found = opened(around, await claim(session, enrolment_id), token)
        here = f"/anmeldung/{enrolment_id}/{token}"
        return await add(request, enrolment, actor, around, found, here=here, token=token)


class OwnDropInPages(Controller):
    """The same for somebody signed in, out of *Meine Kurse*."""

    path = "/meine-kurse/{enrolment_id:uuid}/termine"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def ask_more(
        self,
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        around: NamedDependency[Around],
    ) -> Template | Redirect:
        """Which further dates there are."""
        async with begin.reading() as session:
            found = await claim_for(session, actor, enrolment_id)
        return await more(around, found, here=f"/meine-kurse/{enrolment_id}")

    @post()
    async def add_more(
        self,
        request: AnyRequest,
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Come to further dates."""
        async with begin.reading() as session:
            found = await claim_for(session, actor, enrolment_id)
        return await add(request, enrolment, actor, around, found, here=f"/meine-kurse/{enrolment_id}")


def opened(around: Around, found: Claim, token: str) -> Claim:
    """The enrolment that the link opens. Raises NotFound for a wrong or old link, as for a missing enrolment."""
    enrolment = found.enrolment
    if not around.signer.matches(token, "enrolment", enrolment.id, enrolment.link_version):
        raise NotFound
    return found


async def more(
    around: Around,
    found: Claim,
    *,
    here: str,
    form: MoreSessionsForm | None = None,
    refusal: DomainError | None = None,
) -> Template | Redirect:
    """The page on which further dates are chosen."""
    if not found.enrolment.is_drop_in or found.enrolment.state is not EnrolmentState.CONFIRMED:
        return Redirect(url(here), status_code=303, headers=PRIVATE)
    async with around.begin.reading() as session:
        offering, choices = await _choices(around, session, found)
    form = _more_form(found, offering, choices) if form is None else form
    if refusal:
        form.refuse("", refusal.message, **refusal.params)
    price = offering.run.drop_in_price_cents
    return Template(
        "enrolment/more_dates.html",
        context={
            "offering": offering,
            "form": form,
            "here": here,
            "price": price,
            "has_choices": bool(choices),
            "cancel_words": drop_in_cancel_words(offering.run) if price else "",
        },
        status_code=refusal.status if refusal else 422 if form.problems else 200,
        headers=PRIVATE,
    )


async def add(
    request: AnyRequest,
    enrolment: Enrolments,
    actor: Actor,
    around: Around,
    found: Claim,
    *,
    here: str,
    token: str = "",
) -> Template | Redirect:
    """Add the dates chosen, and show how it stands then. Twice is as good as once."""
    async with around.begin.reading() as session:
        offering, choices = await _choices(around, session, found)
    form = _more_form(found, offering, choices, await request.form())
    if not form.validate():
        return await more(around, found, here=here, form=form)
    try:
        await enrolment.add_sessions(
            actor,
            enrolment_id=found.enrolment.id,
            session_ids=[UUID(one) for one in form.sessions.data],
            payment_method=PaymentMethod(form.method.data) if "method" in form else None,
            token=token,
        )
    except NotFound:
        raise
    except DomainError as refusal:
        return await more(around, found, here=here, refusal=refusal)
    return Redirect(url(here), status_code=303, headers=PRIVATE)


async def give_back_page(
    around: Around,
    found: Claim,
    *,
    here: str,
    form: GiveBackForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> Template | Redirect:
    """What giving dates back means, date by date and in euros, before the button."""
    async with around.begin.reading() as session:
        chosen = still_open(await sessions_of(session, found.enrolment.id), around.clock())
        receipt = await receipt_of(session, around, [found])
    if not chosen:
        return Redirect(url(here), status_code=303, headers=PRIVATE)
    return Template(
        "enrolment/give_back.html",
        context={
            "receipt": receipt,
            "offering": receipt.offering,
            "form": give_back_form(found, chosen, around) if form is None else form,
            "only": chosen[0][1] if len(chosen) == 1 else None,
            "cost": _cost(found, *chosen[0], around) if len(chosen) == 1 else "",
            "here": here,
            "refusal": refusal,
        },
        status_code=status,
        headers=PRIVATE,
    )


async def give_back(
    request: AnyRequest,
    enrolment: Enrolments,
    actor: Actor,
    around: Around,
    found: Claim,
    *,
    here: str,
    token: str = "",
) -> Template | Redirect:
    """Give back the dates ticked, or the only one there is. Twice is as good as once."""
    async with around.begin.reading() as session:
        chosen = still_open(await sessions_of(session, found.enrolment.id), around.clock())
    if not chosen:
        return Redirect(url(here), status_code=303, headers=PRIVATE)
    sent = await request.form()
    form = give_back_form(found, chosen, around, sent)
    # what was ticked counts, also where some of it is given back already: a second click must not take the date that is left
    ids = [one for one in map(uuid_in, sent.getall("sessions", [])) if one]
    if not ids:
        form.validate()
        return await give_back_page(around, found, here=here, form=form, status=422)
    try:
        await enrolment.give_back(
            actor,
            enrolment_id=found.enrolment.id,
            session_ids=ids,
            reason=form.reason.data or "",
            token=token,
        )
    except NotFound:
        raise
    except DomainError as error:
        sentence = gettext(error.message, **error.params)
        return await give_back_page(around, found, here=here, refusal=sentence, status=error.status)
    return Redirect(url(here), status_code=303, headers=PRIVATE)


def give_back_form(found: Claim, chosen: Chosen, around: Around, sent: Any = None) -> GiveBackForm:
    """Each date that can be given back, with what that costs; nothing to tick where there is one alone."""
    form = form_from(GiveBackForm, sent)
    if len(chosen) == 1:
        del form.sessions
        return form
    form.sessions.choices = [
        (str(meeting.id), period(meeting.starts_at, meeting.ends_at)) for _, meeting in chosen
    ]
    form.sessions.hints = {str(meeting.id): _cost(found, row, meeting, around) for row, meeting in chosen}
    known = {value for value, _ in form.sessions.choices}
    form.sessions.data = [one for one in form.sessions.data or () if one in known]
    return form


def _cost(found: Claim, row: Any, meeting: Any, around: Around) -> str:
    fee = rules.session_fee(found.run, meeting.starts_at, row.price_cents, around.clock())
    if not fee:
        return gettext("Giving it back costs nothing.")
    return gettext("We keep %(fee)s of %(price)s.", fee=amount(fee), price=amount(row.price_cents))


async def _choices(around: Around, session: Any, found: Claim) -> tuple[Offering, Sequence[Entry]]:
    offering = await offering_of(session, found.run.id)
    there = {
        row.session_id for row, _ in await sessions_of(session, found.enrolment.id) if row.ended_at is None
    }
    dates = [
        one
        for one in offering.at_dates(around.clock())
        if one.session_id not in there and offering.room_left[one.session_id]
    ]
    return offering, dates


def _more_form(
    found: Claim, offering: Offering, dates: Sequence[Entry], sent: Any = None
) -> MoreSessionsForm:
    form = form_from(MoreSessionsForm, sent)
    form.sessions.choices = [(str(one.session_id), period(one.starts_at, one.ends_at)) for one in dates]
    form.sessions.hints = {
        str(one.session_id): ngettext(
            "%(num)s place left", "%(num)s places left", offering.room_left[one.session_id]
        )
        for one in dates
    }
    known = {value for value, _ in form.sessions.choices}
    form.sessions.data = [one for one in form.sessions.data or () if one in known]
    needs_method = offering.run.drop_in_price_cents and found.enrolment.payment_method is PaymentMethod.FREE
    if needs_method:
        form.method.choices = [(way, name) for way, name, _ in ways_of(offering, asks_account=False)]
        form.method.hints = {way: hint for way, _, hint in ways_of(offering, asks_account=False)}
    else:
        del form.method
    return form
