"""Sending the proof for a reduced price, by the link of a letter or from the page of an enrolment. Nobody has to."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.limits import within
from lms.enrolment.pages.dropping_in import opened
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.pricing.models import ConcessionState
from lms.enrolment.pricing.proving import OPEN
from lms.enrolment.pricing.reading import Claimed, claimed
from lms.enrolment.pricing.service import Pricing
from lms.enrolment.queries import Claim, claim
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.web.access import PUBLIC
from lms.web.forms import Form, Upload, form_from
from lms.web.language import current_language
from lms.web.module import Around
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
KINDS = ".pdf,.jpg,.jpeg,.png,.webp,application/pdf,image/jpeg,image/png,image/webp"


class ProofForm(Form):
    """One file."""

    file = Upload(
        N_("Photo or PDF of the proof"),
        hint=N_("PDF, JPEG, PNG or WebP, at most 10 MB. Only the team sees it. It is deleted once it has been checked."),
        missing=N_("Choose a file."),
    )  # fmt: skip


class ProofPages(Controller):
    """The page of the link."""

    path = "/anmeldung/{enrolment_id:uuid}/{token:str}/nachweis"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(
        self, enrolment_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """What proves it, and where to put the file."""
        found, concession = await _read(around, enrolment_id, token)
        return _page(found, concession, token, form_from(ProofForm))

    @post()
    async def send(
        self,
        request: AnyRequest,
        enrolment_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        pricing: NamedDependency[Pricing],
    ) -> Template | Redirect:
        """Keep the file until somebody has looked at it; another one takes its place."""
        found, concession = await _read(around, enrolment_id, token)
        form = form_from(ProofForm, await request.form())
        if not form.validate():
            return _page(found, concession, token, form, 422)
        await within(around.begin, around.clock, "upload", account=enrolment_id)
        name, content = form.file.data.filename, await form.file.data.read()
        try:
            await pricing.send_proof(
                actor, enrolment_id=enrolment_id, name=name, content=content, token=token
            )
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("file", refusal.message, **refusal.params)
            return _page(found, concession, token, form, refusal.status)
        return Redirect(url(f"/anmeldung/{enrolment_id}/{token}/nachweis"), status_code=303, headers=PRIVATE)


async def _read(around: Around, enrolment_id: UUID, token: str) -> tuple[Claim, Claimed]:
    """What the link opens. Raises NotFound also where no concession was claimed."""
    async with around.begin.reading() as session:
        found = opened(around, await claim(session, enrolment_id), token)
        concession = (await claimed(session, [enrolment_id])).get(enrolment_id)
    if concession is None or concession.claim.state is ConcessionState.NOT_NEEDED:
        raise NotFound
    return found, concession


def _page(found: Claim, concession: Claimed, token: str, form: ProofForm, status: int = 200) -> Template:
    kind = concession.kind
    english = current_language() == "en"
    return Template(
        "enrolment/proof.html",
        context={
            "form": form,
            "claim": concession.claim,
            "may_send": concession.claim.state in OPEN,
            "name": ((kind.name_en if english else "") or kind.name_de) if kind else "",
            "proof": ((kind.proof_en if english else "") or kind.proof_de) if kind else "",
            "course": (found.course.title_en if english else "") or found.course.title_de,
            "person": found.person.name if found.person else "",
            "here": f"/anmeldung/{found.enrolment.id}/{token}",
            "kinds": KINDS,
        },
        status_code=status,
        headers=PRIVATE,
    )
