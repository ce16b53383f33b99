"""`/verwaltung/finanzen/exporte/profile`: how the cash office wants its file, with the first lines of it before anything is saved."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.billing.models import LedgerEntry
from lms.books import policy
from lms.books.accounts import chart_of
from lms.books.cash_file import (
    AMOUNT_FORMATS,
    COLUMNS,
    DATE_FORMATS,
    ENCODINGS,
    SEPARATORS,
    chosen_of,
    table_of,
)
from lms.books.journal import journal_of
from lms.books.models import CashProfile, CashRows
from lms.books.profiles import Profiles, Wanted, profile_of
from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.portal.desk.step import Step, step_page
from lms.portal.finance.exports import EXPORTS
from lms.web.access import may
from lms.web.forms import Checkbox, Form, Hidden, Number, Select, Text, form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after, declare
from lms.web.sent import uuid_in
from lms.web.versions import Versions, both_versions, version_in

AnyRequest = Request[Any, Any, Any]
PROFILES = f"{EXPORTS}/profile"
DELETED = declare("profil-geloescht", N_("The profile is deleted. What was handed out stays noted."))
SAMPLE = 5
ROWS = {
    CashRows.ALL: N_("All bookings"),
    CashRows.CLAIMS: N_("Only claims and what takes them back"),
    CashRows.MONEY: N_("Only money that came in or went out"),
}


class ProfileForm(Form):
    """The name, how the file is written, and a place in the row for each column that is wanted."""

    name = Text(N_("Name of the profile"), longest=60, missing=N_("Enter a name."))
    rows = Select(
        N_("What is in the file?"), choices=list(ROWS.items()), missing=N_("Choose what is in the file.")
    )
    separator = Select(
        N_("Between the columns"), choices=[(key, words) for key, (words, _) in SEPARATORS.items()],
        missing=N_("Choose the separator."),
    )  # fmt: skip
    date_format = Select(
        N_("Dates as"), choices=[(key, words) for key, (words, _) in DATE_FORMATS.items()],
        missing=N_("Choose how dates are written."),
    )  # fmt: skip
    amount_format = Select(
        N_("Amounts as"), choices=list(AMOUNT_FORMATS.items()), missing=N_("Choose how amounts are written.")
    )
    encoding = Select(
        N_("Characters as"), choices=[(key, words) for key, (words, _) in ENCODINGS.items()],
        missing=N_("Choose how characters are written."),
    )  # fmt: skip
    has_header = Checkbox(N_("The first line names the columns"))
    file_name = Text(
        N_("Name of the file"),
        hint=N_("{jahr} and {monat} are filled in."),
        longest=60,
        missing=N_("Enter a name for the file."),
    )
    version = Hidden()
    key = Hidden()

    def wanted(self) -> Wanted:
        """What was entered, when it is valid: columns in the order of their places, the same place in the order of the list."""
        places = [(self[f"at_{name}"].data, name) for name in COLUMNS if self[f"at_{name}"].data]
        return Wanted(
            name=self.name.data, columns=tuple(name for _, name in sorted(places, key=lambda one: one[0])),
            rows=CashRows(self.rows.data), separator=self.separator.data, date_format=self.date_format.data,
            amount_format=self.amount_format.data, encoding=self.encoding.data, has_header=bool(self.has_header.data),
            file_name=self.file_name.data,
        )  # fmt: skip


for _name, (_words, _head) in COLUMNS.items():
    setattr(ProfileForm, f"at_{_name}", Number(_words, least=1, most=99, width=2))


class ProfilePages(Controller):
    """Making, changing and deleting profiles."""

    path = PROFILES
    opt = may("export", "payment")
    include_in_schema = False

    @get("/neu")
    async def ask_new(self, actor: NamedDependency[Actor]) -> Template:
        """A new one, with what most cash offices want filled in."""
        ensure(policy.may_export(actor), actor)
        usual = Wanted(
            name="",
            columns=("day", "claim", "cost_centre", "debit", "credit", "signed", "due_on", "payer", "text"),
        )
        return _page(_filled(usual, version=0, key=str(uuid4())))

    @get("/{profile_id:uuid}")
    async def ask(
        self, profile_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """One of them."""
        ensure(policy.may_export(actor), actor)
        async with begin.reading() as session:
            profile = await profile_of(session, profile_id)
        return _page(_of(profile), profile=profile)

    @post()
    async def save(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        cash_profiles: NamedDependency[Profiles],
    ) -> Template | Redirect:
        """Save, or show the first lines. Whoever was slower sees both versions."""
        ensure(policy.may_export(actor), actor)
        sent = await request.form()
        form = form_from(ProfileForm, sent)
        profile_id = uuid_in(form.key.data)
        if profile_id is None:
            raise NotFound
        async with begin.reading() as session:
            known = await session.get(CashProfile, profile_id)
        if not form.validate():
            return _page(form, profile=known, status=422)
        wanted = form.wanted()
        if sent.get("zeigen"):
            return _page(form, profile=known, sample=await _sample(begin, wanted, clock))
        try:
            await cash_profiles.keep(
                actor, profile_id=profile_id, wanted=wanted, version=version_in(form.version.data) or 0
            )
        except Stale as refusal:
            if known is None:
                raise
            versions = both_versions(
                form, _of(known), marks=["version", "key"], keep=f"{PROFILES}/{profile_id}"
            )
            return _page(form, profile=known, status=refusal.status, versions=versions)
        except DomainError as refusal:
            form.refuse("name", refusal.message, **refusal.params)
            return _page(form, profile=known, status=refusal.status)
        return after(f"{PROFILES}/{profile_id}", SAVED)

    @get("/{profile_id:uuid}/loeschen")
    async def ask_delete(
        self, profile_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """What is lost by it."""
        ensure(policy.may_export(actor), actor)
        async with begin.reading() as session:
            profile = await profile_of(session, profile_id)
        return step_page(
            Step(
                title=gettext("Delete the profile “%(name)s”", name=profile.name),
                about=gettext("File for the cash office"),
                path=f"{PROFILES}/{profile_id}/loeschen",
                back=f"{PROFILES}/{profile_id}",
                button=gettext("Delete the profile"),
                way_out=gettext("Keep it"),
                sentences=[
                    gettext(
                        "What was handed out by it stays noted. The profile itself cannot be brought back."
                    )
                ],
                is_dangerous=True,
            )
        )

    @post("/{profile_id:uuid}/loeschen")
    async def delete(
        self,
        profile_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        cash_profiles: NamedDependency[Profiles],
    ) -> Redirect:
        """Delete it. Twice is as good as once."""
        await cash_profiles.delete(actor, profile_id=profile_id)
        return after(EXPORTS, DELETED)


def _of(profile: CashProfile) -> ProfileForm:
    wanted = Wanted(
        profile.name, tuple(profile.columns), profile.rows, profile.separator, profile.date_format, profile.amount_format,
        profile.encoding, profile.has_header, profile.file_name,
    )  # fmt: skip
    return _filled(wanted, version=profile.version, key=str(profile.id))


def _filled(wanted: Wanted, *, version: int, key: str) -> ProfileForm:
    places: dict[str, Any] = {f"at_{name}": place for place, name in enumerate(wanted.columns, start=1)}
    return form_from(
        ProfileForm, name=wanted.name, rows=wanted.rows, separator=wanted.separator, date_format=wanted.date_format,
        amount_format=wanted.amount_format, encoding=wanted.encoding, has_header=wanted.has_header,
        file_name=wanted.file_name, version=str(version), key=key, **places,
    )  # fmt: skip


async def _sample(begin: Begin, wanted: Wanted, clock: Clock) -> Sequence[Sequence[str]]:
    """The first lines of a file written so, out of the newest entries."""
    shown = CashProfile(
        name=wanted.name, columns=list(wanted.columns), rows=wanted.rows, separator=wanted.separator,
        date_format=wanted.date_format, amount_format=wanted.amount_format, encoding=wanted.encoding,
        has_header=wanted.has_header, file_name=wanted.file_name, changed_at=clock(),
    )  # fmt: skip
    async with begin.reading() as session:
        newest = select(LedgerEntry).order_by(LedgerEntry.booked_at.desc(), LedgerEntry.id).limit(SAMPLE * 4)
        entries = (await session.scalars(newest)).all()
        bookings = await journal_of(session, entries, await chart_of(session))
    return table_of(shown, chosen_of(shown, bookings)[:SAMPLE])


def _page(
    form: ProfileForm,
    *,
    profile: CashProfile | None = None,
    status: int = 200,
    sample: Sequence[Sequence[str]] | None = None,
    versions: Versions | None = None,
) -> Template:
    return Template(
        "portal/finance/profile.html",
        context={
            "form": form, "profile": profile, "sample": sample, "versions": versions, "here": PROFILES,
            "places": [form[f"at_{name}"] for name in COLUMNS],
        },
        status_code=status,
    )  # fmt: skip
