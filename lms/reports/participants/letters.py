"""The letter that asks: once at the beginning, once after leaving; for a child to its guardian."""

from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import links_of
from lms.kernel.clock import local
from lms.people.models import Person
from lms.reports.funding.models import FundingLine
from lms.reports.participants.events import FunderAsks
from lms.reports.participants.models import FunderAsking, Stage
from lms.reports.participants.numbers import link_of
from lms.reports.participants.queries import open_stage, reader_of
from lms.web.letters import write_letter

LETTERS = {Stage.ENTRY: "funder_questions", Stage.EXIT: "funder_questions_end"}


async def ask(session: AsyncSession, event: FunderAsks) -> None:
    """Nothing where it was answered by now, or nobody may answer: the team sees who is missing."""
    asking = await session.get(FunderAsking, event.asking_id)
    today, stage = local(event.at).date(), Stage(event.stage)
    if asking is None or open_stage(asking, today) is not stage:
        return
    person = await session.get_one(Person, asking.person_id)
    reader = await reader_of(session, person, today)
    if reader is None:
        return
    line = await session.get_one(FundingLine, asking.line_id)
    await write_letter(
        session, key=f"funder-questions:{asking.id}:{stage}", kind=LETTERS[stage], to=reader,
        template=f"reports/letters/{LETTERS[stage]}.md", at=event.at, about=("funder_asking", asking.id),
        context={
            "line": line.name, "funder": line.funder, "person": person.name, "is_own": reader.id == person.id,
            "path": link_of(links_of(session).signer, asking.id, asking.link_version), "until": asking.exit_until,
        },
    )  # fmt: skip
