"""`/verwaltung/vertraege/text`: the words of the contract, with the names that are replaced, and what they come to."""

from typing import Any
from uuid import uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from sqlalchemy import func, select

from lms.honoraria.contracts.models import ContractState, FeeContract
from lms.honoraria.contracts.service import Contracts
from lms.honoraria.contracts.wording import LONGEST, NAMES, Words, check, words_in_use
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, Stale
from lms.kernel.marking import N_
from lms.portal.fees.checking import BACK, SAVE, STEP, Check, check_page
from lms.web.access import may
from lms.web.forms import Form, Hidden, TextArea, form_from
from lms.web.language import gettext, ngettext
from lms.web.module import Around
from lms.web.notices import SAVED, after
from lms.web.sent import uuid_in
from lms.web.versions import Versions, both_versions

TEXT = "/verwaltung/vertraege/text"


class WordsForm(Form):
    """Three texts in Markdown."""

    body = TextArea(N_("Text of the contract"), rows=30, longest=LONGEST, missing=N_("Write the text."))
    child_protection = TextArea(
        N_("Addition for courses with children and young people"),
        rows=6,
        longest=LONGEST,
        missing=N_("Write the addition."),
    )
    consent = TextArea(
        N_("Separate declaration under § 127 SGB IV"),
        rows=6,
        longest=LONGEST,
        hint=N_("Asked for where a course begins by 31 December 2026."),
        missing=N_("Write the declaration."),
    )
    key = Hidden()
    seen = Hidden()

    def words(self) -> Words:
        """The words of a form that is valid."""
        return Words(0, self.body.data, self.child_protection.data, self.consent.data)


class WordingPages(Controller):
    """The form, and what changes before it is saved."""

    path = TEXT
    opt = may("U", "contract")
    include_in_schema = False

    @get()
    async def ask(self, around: NamedDependency[Around]) -> Template:
        """The words in use."""
        async with around.begin.reading() as session:
            used = await words_in_use(session)
        return _page(_form(used), used)

    @post()
    async def save(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        contracts: NamedDependency[Contracts],
    ) -> Template | Redirect:
        """Show what changes; then a new version. Whoever was slower sees both."""
        sent = await request.form()
        form = form_from(WordsForm, sent)
        async with around.begin.reading() as session:
            used = await words_in_use(session)
            waiting = await session.scalar(
                select(func.count()).where(FeeContract.state == ContractState.DRAFT)
            )
        if sent.get(STEP) == BACK or not form.validate():
            return _page(form, used, status=200 if sent.get(STEP) == BACK else 422)
        try:
            if sent.get(STEP) != SAVE:
                check(form.words())
                return check_page(_check(used, form.words(), waiting or 0), sent)
            await contracts.reword(
                actor,
                version_id=uuid_in(form.key.data) or uuid4(),
                words=form.words(),
                seen=form.seen.data or "",
            )
        except Stale as refusal:
            versions = both_versions(form, _form(used), marks=["seen"], keep=TEXT)
            return _page(form, used, status=refusal.status, versions=versions)
        except DomainError as refusal:
            form.refuse("body", refusal.message, **refusal.params)
            return _page(form, used, status=refusal.status)
        return after(TEXT, SAVED)


def _form(used: Words) -> WordsForm:
    return form_from(
        WordsForm, body=used.body, child_protection=used.child_protection, consent=used.consent,
        key=str(uuid4()), seen=used.seen(),
    )  # fmt: skip


def _check(used: Words, words: Words, waiting: int) -> Check:
    changed, same = gettext("changed"), gettext("as before")
    pairs = [
        (gettext("Text of the contract"), used.body, words.body),
        (gettext("Addition for courses with children and young people"), used.child_protection, words.child_protection),
        (gettext("Separate declaration under § 127 SGB IV"), used.consent, words.consent),
    ]  # fmt: skip
    return Check(
        title=gettext("Check the new words"), about=gettext("Words of the contract"), path=TEXT, back=TEXT,
        lines=[
            (
                label,
                gettext("%(num)s characters", num=len(old.strip())),
                f"{gettext('%(num)s characters', num=len(new.strip()))}, {same if _same(old, new) else changed}",
            )
            for label, old, new in pairs
        ],
        sentences=[
            gettext("Contracts that were offered keep the words they were offered with."),
            ngettext("%(num)s draft gets the new words.", "%(num)s drafts get the new words.", waiting),
        ],
    )  # fmt: skip


def _same(old: str, new: str) -> bool:
    return old.strip() == new.replace("\r\n", "\n").strip()


def _page(form: WordsForm, used: Words, *, status: int = 200, versions: Versions | None = None) -> Template:
    context = {"form": form, "names": NAMES, "version": used.number, "versions": versions, "here": TEXT}
    return Template("portal/fees/wording.html", context=context, status_code=status)
