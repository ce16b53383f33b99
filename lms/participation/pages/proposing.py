"""`/wuensche/neu`: bringing in a wish, without an account. First the form, then a look at it beside wishes that are alike."""

from typing import Any
from uuid import uuid4

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.errors import TooMany
from lms.kernel.marking import N_
from lms.participation.forms import WishForm
from lms.participation.letters import wish_path
from lms.participation.models import Round, Way, WishKind
from lms.participation.pages.parts import (
    SPOKEN,
    AnyRequest,
    address,
    choices,
    count_act,
    count_mail,
    offer_choices,
)
from lms.participation.proposing import LINK, Proposals
from lms.participation.queries import similar_wishes
from lms.participation.rules import TO_SUPPORT, personal_in
from lms.people.models import Person
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import line_in, uuid_in

PATH = "/wuensche/neu"
SENT = declare(
    "kurswunsch-gesendet", N_("Thank you. Your wish has arrived. We read it before it is published.")
)
PROVE = declare(
    "kurswunsch-bestaetigen", N_("We have sent you a mail. Your wish arrives once you have opened its link and pressed the button."),
    tone="info",
)  # fmt: skip
CARRIED = (
    "kind",
    "title",
    "text",
    "for_whom",
    "topic",
    "district",
    "when_words",
    "runde",
    "name",
    "email",
    "phone",
)


class ProposalPages(Controller):
    """Form, check page, sent."""

    path = PATH
    opt = may("C", "wish")
    include_in_schema = False

    @get()
    async def ask(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """The form; the address may say for which round, and with what title."""
        async with around.begin.reading() as session:
            found = await choices(session)
            me = await session.get(Person, actor.person_id) if actor.person_id else None
            await _address(session, request.query_params.get("runde"))
        known: dict[str, Any] = (
            {"name": me.name, "email": me.email or "", "phone": me.phone or ""} if me else {}
        )
        query = request.query_params
        kind = query.get("art", "")
        form = form_from(
            WishForm, None, runde=str(uuid_in(query.get("runde")) or ""), title=line_in(query.get("titel", ""), 120),
            kind=kind if kind in set(WishKind) else WishKind.WANT.value, form_id=str(uuid4()), **known,
        )  # fmt: skip
        offer_choices(form, found)
        return _form_page(form)

    @post()
    async def answer(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        proposals: NamedDependency[Proposals],
    ) -> Template | Redirect:
        """Look at it, change it, or send it: whatever button was pressed."""
        sent = await request.form()
        form = form_from(WishForm, sent)
        async with around.begin.reading() as session:
            found = await choices(session)
            offer_choices(form, found)
            await _address(session, form.runde.data)
            act = str(sent.get("act", ""))
            if act == "aendern" or not form.validate():
                return _form_page(form, status=200 if act == "aendern" else 422)
            similar = await similar_wishes(session, form.title.data) if act != "senden" else []
        if act != "senden":
            return Template(
                "participation/check.html",
                context={
                    **SPOKEN, "form": form, "similar": similar, "to_support": TO_SUPPORT, "here": PATH,
                    "personal": personal_in(form.title.data, form.text.data or ""),
                    "carried": [(name, form[name].data or "") for name in (*CARRIED, "form_id")],
                    "topic": dict(form.topic.choices).get(form.topic.data or "", ""),
                },
                headers=PRIVATE,
            )  # fmt: skip
        needs_proof = not await count_act(around, actor)
        if needs_proof and not form.email.data:
            form.refuse(
                "email",
                N_("Many wishes have come from this internet connection. Enter your e-mail address: with the link in our mail your wish arrives all the same."),
            )  # fmt: skip
            return _form_page(form, status=429)
        if needs_proof:
            try:
                await count_mail(around, actor, form.email.data)
            except TooMany as refusal:
                form.refuse("email", refusal.message)
                return _form_page(form, status=429)
        wanted = form.proposal({one.slug: one.id for one in found[0]})
        wish = await proposals.propose(
            actor,
            wanted,
            form_id=uuid_in(form.form_id.data) or uuid4(),
            way=Way.ONLINE,
            needs_proof=needs_proof,
        )
        return after(wish_path(wish, around.signer.token(LINK, wish.id)), PROVE if needs_proof else SENT)


async def _address(session: AsyncSession, round_id: str | None) -> None:
    """As the voting speaks for which the wish is."""
    known = uuid_in(round_id)
    address(await session.get(Round, known) if known else None)


def _form_page(form: WishForm, *, status: int = 200) -> Template:
    if not form.form_id.data:
        form.form_id.data = str(uuid4())
    form.for_whom.blank = gettext("Please choose")
    return Template(
        "participation/new.html", context={"form": form, "here": PATH}, status_code=status, headers=PRIVATE
    )
