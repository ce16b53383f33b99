"""Letters about who acts for whom; written in the transaction that causes them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from lms.people.mandate_words import allowed
from lms.people.models import Mandate, Person
from lms.web.language import use_locale
from lms.web.letters import Addressee, Reader, write_letter

FOLDER = "people/letters/"


async def ask_by_post(
    session: AsyncSession, mandate: Mandate, principal: Person, agent: Person, code: str, *, at: datetime
) -> None:
    """Ask the principal on paper, with the code that says yes."""
    said = {"agent": agent.name, "deeds": _deeds(mandate, principal), "until": mandate.valid_until}
    more = {"reference": mandate.reference, "code": code, "deadline": mandate.asked_until}
    await _write(session, "mandate_asked", mandate, principal, said | more, at=at)


async def invite(session: AsyncSession, mandate: Mandate, asker: Person, token: str, *, at: datetime) -> None:
    """Write to the address that was typed; the answer needs an account of that address."""
    reader = Addressee(email=mandate.invited_email, language=asker.language)
    said = {
        "deeds": _deeds(mandate, reader),
        "until": mandate.valid_until,
        "asks_to_act": mandate.agent_id is not None,
        "path": f"/konto/vollmacht/{mandate.id}/{token}",
        "deadline": mandate.asked_until,
    }
    await _write(session, "mandate_invited", mandate, reader, said, at=at)


async def tell_given(
    session: AsyncSession, mandate: Mandate, principal: Person, agent: Person, *, at: datetime
) -> None:
    """Tell both: a mandate that somebody forged is noticed."""
    for reader in (principal, agent):
        said = {
            "principal": principal.name,
            "agent": agent.name,
            "is_agent": reader is agent,
            "deeds": _deeds(mandate, reader),
            "until": mandate.valid_until,
        }
        version = f"{mandate.version}:{reader.id}"
        await _write(session, "mandate_given", mandate, reader, said, at=at, version=version)


async def tell_ended(
    session: AsyncSession, mandate: Mandate, principal: Person, agent: Person, *, at: datetime
) -> None:
    """Tell both that nobody acts any more."""
    for reader in (principal, agent):
        said = {"principal": principal.name, "agent": agent.name, "is_agent": reader is agent}
        await _write(session, "mandate_ended", mandate, reader, said, at=at, version=str(reader.id))


async def tell_of_age(session: AsyncSession, child: Person, guardian: Person, *, at: datetime) -> None:
    """Somebody is 18 today: they and their guardian learn what has changed."""
    for reader in (child, guardian):
        await write_letter(
            session,
            key=f"came_of_age:{child.id}:{reader.id}",
            kind="came_of_age",
            to=reader,
            template=f"{FOLDER}came_of_age.md",
            context={"child": child.name, "guardian": guardian.name, "is_child": reader is child},
            about=("person", child.id),
            at=at,
        )


async def ask_about_photos(
    session: AsyncSession, person: Person, token: str, *, day: date, at: datetime
) -> None:
    """Ask a young person of 16 or 17 whether photos are fine; once a day at most."""
    await write_letter(
        session,
        key=f"photo_question:{person.id}:{day}",
        kind="photo_question",
        to=person,
        template=f"{FOLDER}photo_question.md",
        context={"path": f"/fotos/{person.id}/{token}"},
        about=("person", person.id),
        at=at,
    )


async def _write(
    session: AsyncSession,
    name: str,
    mandate: Mandate,
    reader: Reader,
    said: dict[str, Any],
    *,
    at: datetime,
    version: str = "",
) -> None:
    await write_letter(
        session,
        key=":".join(part for part in (name, str(mandate.id), version) if part),
        kind=name,
        to=reader,
        template=f"{FOLDER}{name}.md",
        context=said,
        about=("mandate", mandate.id),
        at=at,
    )


def _deeds(mandate: Mandate, reader: Reader) -> list[str]:
    with use_locale("en" if reader.language == "en" else "de"):
        return allowed(mandate.allows)
