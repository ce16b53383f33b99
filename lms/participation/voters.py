"""What somebody says of themselves who votes, and by what they are known again on every way."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.tokens import Signer, hashed
from lms.participation import keys as known_by
from lms.participation.errors import AddressNeeded, NotInTown, WhoNeeded, WrongCode
from lms.participation.models import ResidentCode, Round
from lms.participation.rules import ensure_alive, ensure_year


@dataclass(frozen=True, slots=True)
class Voter:
    """What somebody says of themselves when they vote. Outside of rounds a mail address is enough."""

    email: str = ""
    name: str = ""
    born: date | None = None
    year: int | None = None
    street: str = ""
    postal_code: str = ""
    code: str = field(default="", repr=False)
    phone: str = ""
    lives_in_district: bool = False
    wants_news: bool = False
    language: str = "de"


def at_the_counter(signer: Signer, voting: Round | None, voter: Voter, now: datetime) -> list[str]:
    """By what somebody is known who stands before us, or has written on paper.

    Outside of rounds the name alone: couples who share a mail address are two. Raises WhoNeeded, AddressNeeded, NotInTown,
    BirthUnlikely.
    """
    mail = [known_by.email_key(signer, voter.email)] if voter.email else []
    if voting is not None and voting.residents_only:
        if not (voter.name.strip() and voter.street.strip() and voter.postal_code.strip()):
            raise AddressNeeded
        if voter.postal_code.strip() not in voting.postal_codes:
            raise NotInTown(code=voter.postal_code.strip())
        return [known_by.address_key(signer, voter.name, voter.street, voter.postal_code), *mail]
    if not voter.name.strip() or voter.born is None:
        raise WhoNeeded
    ensure_alive(voter.born, now)
    if voting is None:
        return [named(signer, voter.name, voter, now)]
    return [known_by.name_key(signer, voter.name, voter.born), *mail]


def named(signer: Signer, name: str, voter: Voter, now: datetime) -> str:
    """By what everybody is known outside of rounds, on paper and online alike. Raises WhoNeeded, YearUnlikely."""
    year = voter.born.year if voter.born else voter.year
    if not name.strip() or not year:
        raise WhoNeeded
    ensure_year(year, now)
    return known_by.name_and_year_key(signer, name, year)


async def resident(session: AsyncSession, round_id: UUID, code: str) -> ResidentCode:
    """Whose code this is. Raises WrongCode."""
    found = await session.scalar(
        select(ResidentCode).where(
            ResidentCode.round_id == round_id, ResidentCode.code_hash == hashed(plain_code(code))
        )
    )
    if found is None:
        raise WrongCode
    return found


def plain_code(typed: str) -> str:
    """A code without what stands between its signs."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())
