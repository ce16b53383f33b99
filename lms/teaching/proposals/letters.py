"""Letters about proposals, both ways: what the trainer is told, and that the team has something to look at."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.people.models import Person
from lms.teaching.events import ProposalDecided, ProposalSubmitted
from lms.teaching.messages.letters import paragraphs_of
from lms.teaching.models import CourseProposal, ProposalWord
from lms.web.centre import the_centre
from lms.web.letters import Addressee, Reader, write_letter


async def tell_team(session: AsyncSession, event: ProposalSubmitted) -> None:
    """A receipt for the trainer, and a word to the centre."""
    word, proposal, person = await _about(session, event.word_id)
    centre = the_centre()
    await _write(
        session,
        word,
        proposal,
        person,
        person,
        "proposal_received",
        f"/kursleitung/vorschlaege/{proposal.id}",
    )
    await _write(
        session, word, proposal, person, Addressee(email=centre.email, language="de", name=centre.name),
        "proposal_to_team", f"/verwaltung/vorschlaege/{proposal.id}",
    )  # fmt: skip


async def tell_trainer(session: AsyncSession, event: ProposalDecided) -> None:
    """A question, a yes, or a no with its reason."""
    word, proposal, person = await _about(session, event.word_id)
    await _write(
        session, word, proposal, person, person, "proposal_decided", f"/kursleitung/vorschlaege/{proposal.id}"
    )


async def _about(session: AsyncSession, word_id: UUID) -> tuple[ProposalWord, CourseProposal, Person]:
    word = await session.get_one(ProposalWord, word_id)
    proposal = await session.get_one(CourseProposal, word.proposal_id)
    return word, proposal, await session.get_one(Person, proposal.person_id)


async def _write(
    session: AsyncSession,
    word: ProposalWord,
    proposal: CourseProposal,
    person: Person,
    to: Reader,
    name: str,
    path: str,
) -> None:
    await write_letter(
        session,
        key=f"{name}:{word.id}",
        kind=name,
        to=to,
        template=f"teaching/letters/{name}.md",
        context={
            "title": proposal.title,
            "state": str(word.state),
            "paragraphs": paragraphs_of(word.text),
            "trainer": person.name,
            "path": path,
        },
        about=("proposal", proposal.id),
        at=word.said_at,
    )
