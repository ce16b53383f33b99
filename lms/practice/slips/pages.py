"""`/zettel`: somebody brings a slip home and puts it into their account."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.codes import LONGEST_TYPED, Mistyped, grouped, read_code
from lms.kernel.errors import TooMany
from lms.kernel.marking import N_
from lms.practice.errors import SlipIsUsed, UnknownSlip
from lms.practice.slips.service import OnTheSlip, Slips
from lms.web.access import SIGNED_IN
from lms.web.fields.choices import Checkbox
from lms.web.forms import Form, Hidden, Text, form_from

PATH = "/zettel"
REFUSALS = (Mistyped, UnknownSlip, SlipIsUsed, TooMany)


class CodeForm(Form):
    """What stands on the slip."""

    code = Text(
        N_("The code on your slip"),
        hint=N_("Eight letters and digits, for example ABCD-2345."),
        missing=N_("Type the code that stands on your slip."),
        longest=LONGEST_TYPED,
        width=20,
    )


class ClaimForm(Form):
    """What of it goes into the account."""

    code = Hidden()
    answers = Checkbox(N_("Keep the result of my self-check, too. Only I see it, and I can delete it."))


class SlipPages(Controller):
    """For whoever has an account; who has none makes one first and comes back here."""

    path = PATH
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def ask(self) -> Template:
        """The field for the code."""
        return _code_page(form_from(CodeForm))

    @get("/{code:str}")
    async def scanned(self, code: FromPath[str]) -> Template:
        """The address in the square code: the field is filled already."""
        return _code_page(form_from(CodeForm, code=code[:LONGEST_TYPED]))

    @post(status_code=200)
    async def look(
        self, request: Request[Any, Any, Any], actor: NamedDependency[Actor], slips: NamedDependency[Slips]
    ) -> Template:
        """What is on it."""
        form = form_from(CodeForm, await request.form())
        if not form.validate():
            return _code_page(form, status=422)
        try:
            found = await slips.look(actor, code=form.code.data or "")
        except REFUSALS as refusal:
            form.refuse("code", refusal.message, **refusal.params)
            return _code_page(form, status=refusal.status)
        code = read_code(form.code.data or "")
        return _page("claim.html", found, form_from(ClaimForm, code=code), code=grouped(code))

    @post("/uebernehmen", status_code=200)
    async def claim(
        self, request: Request[Any, Any, Any], actor: NamedDependency[Actor], slips: NamedDependency[Slips]
    ) -> Template:
        """Take it over."""
        form = form_from(ClaimForm, await request.form())
        code = str(form.code.data or "")
        try:
            found = await slips.claim(actor, code=code, keeps_answers=bool(form.answers.data))
        except REFUSALS as refusal:
            again = form_from(CodeForm, code=code)
            again.refuse("code", refusal.message, **refusal.params)
            return _code_page(again, status=refusal.status)
        return _page("claimed.html", found, form, keeps_answers=bool(form.answers.data) and found.has_answers)


def _code_page(form: CodeForm, status: int = 200) -> Template:
    context = {"form": form, "here": PATH}
    return Template("practice/slips/code.html", context=context, headers=PRIVATE, status_code=status)


def _page(name: str, found: OnTheSlip, form: Form, **more: Any) -> Template:
    context = {"found": found, "form": form, "here": PATH, **more}
    return Template(f"practice/slips/{name}", context=context, headers=PRIVATE)
