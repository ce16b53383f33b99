"""The letter with a table that was made by the calendar."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.models import Account
from lms.accounts.queries import roles_of
from lms.kernel.rights import STAFF
from lms.people.models import Person
from lms.reports.exporting.events import ExportMade
from lms.reports.exporting.models import ExportPlan, ExportRecipient, ExportRun
from lms.reports.exporting.words import WHATS
from lms.web.csv import MEDIA_TYPE as CSV
from lms.web.language import gettext
from lms.web.letters import Enclosed, write_letter
from lms.web.xlsx import MEDIA_TYPE as XLSX


async def send_export(session: AsyncSession, event: ExportMade) -> None:
    """To every reader who still belongs to the team; the table has no names and no small numbers, so it may be enclosed."""
    run = await session.get_one(ExportRun, event.export_run_id)
    plan = await session.get_one(ExportPlan, run.plan_id)
    rows = await session.execute(
        select(Account, Person)
        .join(ExportRecipient, ExportRecipient.account_id == Account.id)
        .join(Person, Person.id == Account.person_id)
        .where(ExportRecipient.plan_id == plan.id, Account.locked_at.is_(None))
    )
    media_type = XLSX if run.file_name.endswith("xlsx") else CSV
    for account, person in rows.all():
        if not STAFF & set(await roles_of(session, account.id)):
            continue
        await write_letter(
            session, key=f"export:{run.id}:{account.id}", kind="export_made", to=person,
            template="reports/letters/export_made.md",
            context={
                "what": gettext(WHATS[plan.what]), "first": run.first_day, "last": run.last_day,
                "path": "/verwaltung/berichte/ausgaben",
            },
            at=event.at, about=("export", plan.id),
            enclosures=[Enclosed(run.file_name, media_type, run.content or b"")],
        )  # fmt: skip
