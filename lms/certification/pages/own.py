"""For whoever holds one: the list, each one with its files, and what others see of the name."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.limits import within
from lms.certification import policy
from lms.certification.holding import Held, Holding, held, held_by
from lms.certification.models import ShownName
from lms.certification.pages.words import kind_in_words
from lms.certification.paths.queries import path_progress
from lms.certification.verification.facts import facts_for_holder
from lms.certification.wishes.queries import leaves_of
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.web.access import SIGNED_IN
from lms.web.forms import Form, Radios, form_from
from lms.web.module import Around
from lms.web.notices import after, declare

PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex"}
SANDBOX = {"content-security-policy": "sandbox"}
NAME_CHOSEN = declare(
    "name-gewaehlt",
    N_("Your choice is saved. It holds from now on, for everybody who checks this certificate."),
)


class NameForm(Form):
    """How much of the name whoever checks the certificate may read."""

    shown = Radios(
        N_("What do people see who check this certificate?"),
        hint=N_(
            "The paper and the file stay as they are. Whoever has the paper can type the name and is told whether it is right."
        ),
        choices=[
            (ShownName.FULL.value, N_("The whole name")),
            (ShownName.INITIALS.value, N_("Only the initials")),
            (ShownName.HIDDEN.value, N_("No name")),
        ],
        missing=N_("Choose what others see."),
    )


class OwnCertificatePages(Controller):
    """One's own certificates and those of the household; the team reads every file."""

    path = "/meine-nachweise"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def index(
        self, actor: NamedDependency[Actor], begin: NamedDependency[Begin], around: NamedDependency[Around]
    ) -> Template:
        """What one holds and what the household holds, newest first."""
        persons, day = actor.persons_for("R", "certificate"), today(around.clock)
        async with begin.reading() as session:
            holders = await held_by(session, persons)
            progress = await path_progress(session, persons, today=day)
            leaves = await leaves_of(session, persons, today=day)
        holders = sorted(holders, key=lambda holder: holder.person_id != actor.person_id)  # oneself first
        return Template(
            "certification/own.html",
            context={
                "holders": [(holder, [_line(one, around) for one in holder.held]) for holder in holders],
                "is_alone": [holder.person_id for holder in holders] == [actor.person_id],
                "progress": [one for theirs in progress.values() for one in theirs],
                "names": {holder.person_id: holder.name for holder in holders},
                "leaves": [leave for leave in leaves.values() if leave.certificate is None],
            },
            headers=PRIVATE,
        )

    @get("/{certificate_id:uuid}")
    async def one(
        self,
        certificate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        around: NamedDependency[Around],
    ) -> Template:
        """One certificate: what it states, its files, and what others see."""
        found = await _mine(begin, actor, certificate_id)
        form = form_from(NameForm, shown=found.certificate.shown_name.value)
        return _page(found, form, actor, around)

    @post("/{certificate_id:uuid}/name")
    async def show_name(
        self,
        request: Request[Any, Any, Any],
        certificate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        around: NamedDependency[Around],
        holding: NamedDependency[Holding],
    ) -> Template | Redirect:
        """Decide what others see of the name."""
        form = form_from(NameForm, await request.form())
        if not form.validate():
            return _page(await _mine(begin, actor, certificate_id), form, actor, around, status=422)
        await holding.show_name(actor, certificate_id=certificate_id, shown=ShownName(form.shown.data))
        return after(f"/meine-nachweise/{certificate_id}", NAME_CHOSEN)

    @get("/{certificate_id:uuid}/nachweis.pdf")
    async def file(
        self,
        certificate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Response[bytes]:
        """The bytes as they were issued, to be saved."""
        return await _file(certificate_id, actor, begin, clock, disposition="attachment", more=SANDBOX)

    @get("/{certificate_id:uuid}/drucken.pdf")
    async def to_print(
        self,
        certificate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Response[bytes]:
        """The same bytes, to be looked at and printed; without the sandbox, in which browsers show no PDF."""
        return await _file(certificate_id, actor, begin, clock, disposition="inline", more={})


async def _mine(begin: Begin, actor: Actor, certificate_id: UUID, *, with_document: bool = False) -> Held:
    async with begin.reading() as session:
        found = await held(session, certificate_id, with_document=with_document)
    if not policy.may_read(actor, found.holder_id):
        raise NotFound
    return found


async def _file(
    certificate_id: UUID, actor: Actor, begin: Begin, clock: Clock, *, disposition: str, more: dict[str, str]
) -> Response[bytes]:
    await within(begin, clock, "export", account=actor.account_id or "")
    found = await _mine(begin, actor, certificate_id, with_document=True)
    named = f'{disposition}; filename="{found.certificate.number}.pdf"'
    return Response(
        found.certificate.document,
        media_type="application/pdf",
        headers={**PRIVATE, "content-disposition": named, **more},
    )


def _page(found: Held, form: NameForm, actor: Actor, around: Around, *, status: int = 200) -> Template:
    return Template(
        "certification/own_one.html",
        context={
            "one": _line(found, around),
            "form": form,
            "may_choose": policy.may_choose_name(actor, found.holder_id),
        },
        status_code=status,
        headers=PRIVATE,
    )


def _line(found: Held, around: Around) -> dict[str, Any]:
    """What the pages say about one certificate. `state` is that of the record, or "outdated" when its time is over."""
    certificate = found.certificate
    over = certificate.valid_until is not None and certificate.valid_until < today(around.clock)
    return {
        "held": found,
        "certificate": certificate,
        "facts": facts_for_holder(certificate),
        "kind": kind_in_words(certificate.kind),
        "address": f"{around.settings.public_url}/pruefen/{certificate.code}",
        "state": "outdated" if over and certificate.state == "issued" else certificate.state.value,
    }
