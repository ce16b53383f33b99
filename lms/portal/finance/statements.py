"""Bank statements: sending a file, naming its columns, what has come so far."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.accounts.limits import within
from lms.banking.errors import ColumnsUnknown
from lms.banking.importing import Imported
from lms.banking.models import ColumnProfile, LineState
from lms.banking.queries import lines_of, statement_of, statements_page
from lms.banking.reading.columns import Column, columns_of
from lms.banking.reading.files import table_in
from lms.banking.service import StatementFiles
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.portal.finance.bank_words import COLUMNS, FORMATS, STATES
from lms.web.access import may
from lms.web.forms import Form, Select, Text, Upload, form_from
from lms.web.language import gettext, ngettext, translated
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.pagination import page_of, window
from lms.web.templating import url

LIST = "/verwaltung/finanzen/kontoauszuege"
PREVIEWED = 5
READ = declare("auszug-gelesen", N_("The file has been read. Nothing is booked yet."))


class StatementForm(Form):
    """The file of the bank."""

    file = Upload(
        N_("File of the bank"),
        hint=N_("CAMT.053 (also as ZIP), MT940 or CSV, at most 10 MB. Nothing is booked by sending it."),
        missing=N_("Choose the file of the bank."),
    )


class StatementPages(Controller):
    """The list, the file, one statement."""

    path = LIST
    opt = may("import", "payment")
    include_in_schema = False

    @get()
    async def index(self, request: Request[Any, Any, Any], begin: NamedDependency[Begin]) -> Template:
        """What is to be assigned, a file to send, and all statements so far."""
        return await _index(request, begin, form_from(StatementForm))

    @post()
    async def send(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        statement_files: NamedDependency[StatementFiles],
    ) -> Template | Redirect:
        """Keep the file; a table that nobody knows leads to the page that asks for its columns."""
        await within(around.begin, around.clock, "upload", account=actor.account_id or "")
        form = form_from(StatementForm, await request.form())
        if not form.validate():
            return await _index(request, around.begin, form, status=422)
        name, content = form.file.data.filename, await form.file.data.read()
        try:
            brought = await statement_files.bring(actor, file_name=name, content=content)
        except DomainError as refusal:
            form.refuse("file", refusal.message, **_told(refusal))
            return await _index(request, around.begin, form, status=refusal.status)
        if brought.imported is None:
            return Redirect(url(f"{LIST}/spalten/{brought.draft_id}"), status_code=303)
        return _imported(brought.imported)

    @get("/auszug/{statement_id:uuid}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        statement_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """One statement: what came of the file, its balances, and its lines."""
        number, size, offset = window(request.query_params.get("seite"), 50)
        async with begin.reading() as session:
            row = await statement_of(session, statement_id)
            lines, total = await lines_of(
                session, list(LineState), statement_id=statement_id, limit=size, offset=offset
            )
        path = f"{LIST}/auszug/{statement_id}"
        page = page_of(lines, number=number, size=size, total=total, path=path)
        context = {
            "row": row,
            "one": row.statement,
            "page": page,
            "states": STATES,
            "formats": FORMATS,
            "came": came(row.statement),
            "may_export": actor.may_for_all("billing", "bulk-export"),
        }
        return Template("portal/finance/statement.html", context=context)


class ColumnPages(Controller):
    """Which column of a table is what."""

    path = f"{LIST}/spalten"
    opt = may("import", "payment")
    include_in_schema = False

    @get("/{draft_id:uuid}")
    async def ask(
        self,
        draft_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        statement_files: NamedDependency[StatementFiles],
    ) -> Template:
        """The first rows, and a choice for each thing we need."""
        return await _columns_page(actor, statement_files, draft_id)

    @post("/{draft_id:uuid}")
    async def name(
        self,
        request: Request[Any, Any, Any],
        draft_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        statement_files: NamedDependency[StatementFiles],
    ) -> Template | Redirect:
        """Read the file by these columns and keep both."""
        form = await _columns_form(actor, statement_files, draft_id, await request.form())
        if not form.validate():
            return await _columns_page(actor, statement_files, draft_id, form=form, status=422)
        columns = {
            Column(field.name.removeprefix("column_")): int(field.data)
            for field in form
            if field.name.startswith("column_") and field.data
        }
        try:
            imported = await statement_files.name_columns(
                actor, draft_id=draft_id, columns=columns, profile_name=form.profile.data
            )
        except NotFound:
            raise
        except DomainError as refusal:
            message = NEEDED if isinstance(refusal, ColumnsUnknown) else refusal.message
            form.refuse("", message, **_told(refusal))
            return await _columns_page(actor, statement_files, draft_id, form=form, status=refusal.status)
        return _imported(imported)

    @post("/{draft_id:uuid}/verwerfen")
    async def discard(
        self,
        draft_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        statement_files: NamedDependency[StatementFiles],
    ) -> Redirect:
        """Not this file."""
        await statement_files.discard(actor, draft_id=draft_id)
        return after(LIST, SAVED)

    @post("/profile/{profile_id:uuid}/vergessen")
    async def forget(
        self,
        profile_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        statement_files: NamedDependency[StatementFiles],
    ) -> Redirect:
        """Ask again the next time."""
        await statement_files.forget_profile(actor, profile_id=profile_id)
        return after(LIST, SAVED)


NEEDED = N_("Choose at least the day, the amount, and the name or the purpose.")


def came(statement: Any) -> str:
    """What a file brought: 12 new, 8 known already."""
    new, known = statement.new_entries, statement.entries - statement.new_entries
    words = [
        ngettext("%(num)s new booking", "%(num)s new bookings", new),
        ngettext("%(num)s known already", "%(num)s known already", known),
    ]
    if statement.skipped:
        words.append(ngettext("%(num)s only announced", "%(num)s only announced", statement.skipped))
    return ", ".join(words)


async def _index(
    request: Request[Any, Any, Any], begin: Begin, form: StatementForm, *, status: int = 200
) -> Template:
    number, size, offset = window(request.query_params.get("seite"))
    async with begin.reading() as session:
        rows, total = await statements_page(session, limit=size, offset=offset)
        _, still_open = await lines_of(session, [LineState.OPEN], limit=0)
        _, returning = await lines_of(session, [LineState.RETURNING], limit=0)
        profiles = (await session.scalars(select(ColumnProfile).order_by(ColumnProfile.name))).all()
    page = page_of(rows, number=number, size=size, total=total, path=LIST)
    context = {
        "page": page, "form": form, "open": still_open, "returning": returning, "profiles": profiles, "formats": FORMATS, "came": came,
    }  # fmt: skip
    return Template("portal/finance/statements.html", context=context, status_code=status)


async def _columns_form(actor: Actor, files: StatementFiles, draft_id: UUID, sent: Any = None) -> Any:
    draft = await files.draft(actor, draft_id=draft_id)
    table = table_in(draft.content)
    choices = [
        (str(place), heading or gettext("Column %(number)s", number=place + 1))
        for place, heading in enumerate(table.headings)
    ]
    fields: dict[str, Any] = {
        f"column_{column}": Select(words, choices=choices, blank=N_("not in this file"))
        for column, words in COLUMNS.items()
    }
    fields["profile"] = Text(
        N_("Name for this kind of file"),
        hint=N_("For example: Hausbank, Girokonto. Files with the same headings are then read at once."),
        missing=N_("Give this kind of file a name."), longest=80,
    )  # fmt: skip
    guessed = {f"column_{column}": str(place) for column, place in columns_of(table.headings).items()}
    return form_from(type("ColumnForm", (Form,), fields), sent, **guessed)


async def _columns_page(
    actor: Actor, files: StatementFiles, draft_id: UUID, *, form: Any = None, status: int = 200
) -> Template:
    draft = await files.draft(actor, draft_id=draft_id)
    table = table_in(draft.content)
    context = {
        "draft": draft, "headings": table.headings, "rows": [row for _, row in table.body[:PREVIEWED]],
        "form": form or await _columns_form(actor, files, draft_id), "total": len(table.body),
    }  # fmt: skip
    return Template("portal/finance/columns.html", context=context, status_code=status)


def _imported(imported: Imported) -> Redirect:
    if len(imported.statements) == 1:
        return after(f"{LIST}/auszug/{imported.statements[0].id}", READ)
    return after(LIST, READ)


def _told(refusal: DomainError) -> dict[str, Any]:
    """The parameters of a refusal, words among them in the language being spoken."""
    return {name: translated(value) if name == "what" else value for name, value in refusal.params.items()}
