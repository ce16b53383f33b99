"""The team's pile of certificates that people have asked for: issue it, or say why not."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.certification.life.service import Certification
from lms.certification.pages.one_document import CERTIFICATES, ISSUE, READ, Sent, issue
from lms.certification.wishes.queries import OPEN, asked, asked_one
from lms.certification.wishes.service import ProofWishes
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.web.forms import Form, TextArea, form_from
from lms.web.language import gettext
from lms.web.notices import after, declare

WISHES = f"{CERTIFICATES}/wuensche"
DECLINED = declare("wunsch-abgelehnt", N_("The request is declined. The person is told why."))


class DeclineForm(Form):
    """Why not."""

    reason = TextArea(
        N_("Why can it not be issued?"),
        hint=N_("The person who asked reads this sentence."),
        missing=N_("Please state why. The person who asked reads this sentence."),
        rows=3,
        longest=500,
    )


class WishPages(Controller):
    """What is open, the oldest first."""

    path = WISHES
    include_in_schema = False

    @get(opt=READ)
    async def index(self, actor: NamedDependency[Actor], begin: NamedDependency[Begin]) -> Template:
        """The pile."""
        return await _page(begin, actor)

    @post("/{wish_id:uuid}/ausstellen", opt=ISSUE)
    async def make(
        self,
        wish_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        proof_wishes: NamedDependency[ProofWishes],
        certification: NamedDependency[Certification],
    ) -> Template | Redirect:
        """Issue what was asked for, as the batch of the request's own id: twice is once."""
        try:
            order = await proof_wishes.order_of(actor, wish_id=wish_id)
            title = gettext("Certificate that was asked for")
            return await issue(certification, actor, batch_id=wish_id, orders=[order], title=title)
        except DomainError as refusal:
            return await _page(begin, actor, refusal)

    @get("/{wish_id:uuid}/ablehnen", opt=ISSUE)
    async def consider(self, wish_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """Why not."""
        return await _decline_page(begin, wish_id, form_from(DeclineForm))

    @post("/{wish_id:uuid}/ablehnen", opt=ISSUE)
    async def decline(
        self,
        request: Sent,
        wish_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        proof_wishes: NamedDependency[ProofWishes],
    ) -> Template | Redirect:
        """Say no, and why."""
        form, status = form_from(DeclineForm, await request.form()), 422
        if form.validate():
            try:
                await proof_wishes.decline(actor, wish_id=wish_id, reason=form.reason.data or "")
                return after(WISHES, DECLINED)
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return await _decline_page(begin, wish_id, form, status=status)


async def _page(begin: Begin, actor: Actor, refusal: DomainError | None = None) -> Template:
    async with begin.reading() as session:
        found = await asked(session, OPEN)
    context = {
        "found": found,
        "may_issue": actor.may_for_all("issue", "certificate"),
        "refusal": refusal.message if refusal else "",
    }
    return Template(
        "certification/kinds/wishes.html", context=context, status_code=refusal.status if refusal else 200
    )


async def _decline_page(begin: Begin, wish_id: UUID, form: DeclineForm, *, status: int = 200) -> Template:
    async with begin.reading() as session:
        found = await asked_one(session, wish_id)
    return Template(
        "certification/kinds/decline.html", context={"found": found, "form": form}, status_code=status
    )
