"""Proving that one lives in the town (F-N07): a code by letter to the address, or at once at the counter."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.tokens import hashed
from lms.messaging.models import AddressForm, Channel
from lms.participation import policy
from lms.participation.counting import round_of
from lms.participation.errors import NotInTown, NotOpenForVotes, TooManyCodes
from lms.participation.keys import address_key, place_key
from lms.participation.models import ResidentCode, RoundAudience, Way
from lms.participation.rules import Phase, last_day, phase_of
from lms.participation.voters import plain_code
from lms.web.letters import Addressee, write_letter
from lms.web.module import Around

SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
LENGTH = 10
MOST_LETTERS = 6
"""So many people at one address get their code by letter: otherwise one letter box could vote for invented names without end."""


@dataclass(frozen=True, slots=True)
class Resident:
    """Who lives where."""

    name: str
    street: str
    postal_code: str
    city: str
    language: str = "de"


class Residents:
    """Codes for a round of residents; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.signer = around.signer

    @retried
    async def send_code(self, actor: Actor, *, round_id: UUID, resident: Resident) -> None:
        """Write a letter with a code to the address: whoever lives there reads it. One letter for each person and round.

        Who asks twice is answered alike, and nothing more is sent. Raises NotInTown, NotOpenForVotes, TooManyCodes.
        """
        ensure(policy.may_propose(actor), actor)
        await self._make(round_id, resident, Way.PAPER, actor)

    @retried
    async def give_code(self, actor: Actor, *, round_id: UUID, resident: Resident) -> str:
        """At the counter, once an identity card was shown: the code, in place of one that came by letter.

        Raises NotInTown, NotOpenForVotes.
        """
        ensure(policy.may_take_votes(actor), actor)
        return await self._make(round_id, resident, Way.COUNTER, actor)

    async def _make(self, round_id: UUID, resident: Resident, way: Way, actor: Actor) -> str:
        now = self.clock()
        code = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
        async with self.begin() as session:
            voting = await round_of(session, round_id, alone=True)
            if phase_of(voting, now) is Phase.RESULT or not voting.residents_only:
                raise NotOpenForVotes(NotOpenForVotes.over)
            if resident.postal_code.strip() not in voting.postal_codes:
                raise NotInTown(code=resident.postal_code.strip())
            holder = address_key(self.signer, resident.name, resident.street, resident.postal_code)
            known = await session.scalar(
                select(ResidentCode).where(
                    ResidentCode.round_id == voting.id, ResidentCode.holder_key == holder
                )
            )
            if known is not None and way is Way.PAPER:
                return ""
            place = place_key(self.signer, resident.street, resident.postal_code)
            if way is Way.PAPER and await _sent_to(session, voting.id, place) >= MOST_LETTERS:
                raise TooManyCodes(number=MOST_LETTERS)
            if known is None:
                known = ResidentCode(
                    round_id=voting.id,
                    holder_key=holder,
                    code_hash=hashed(code),
                    way=way,
                    made_at=now,
                    place_key=place,
                )
                session.add(known)
            known.code_hash, known.way, known.made_at = hashed(plain_code(code)), way, now
            await session.flush()
            record(
                session, actor, "resident_code.made", at=now, kind="resident_code", object_id=known.id,
                after={"way": way.value},
            )  # fmt: skip
            if way is Way.PAPER:
                await write_letter(
                    session,
                    key=f"resident_code:{known.id}",
                    kind="resident_code",
                    to=Addressee(
                        email="", language=resident.language, name=resident.name, street=resident.street,
                        postal_code=resident.postal_code, city=resident.city, channel=Channel.POST,
                        address_form=(
                            AddressForm.INFORMAL if voting.audience is RoundAudience.YOUTH else AddressForm.FORMAL
                        ),
                    ),
                    template="participation/letters/resident_code.md",
                    context={
                        "voting": voting.title_en if resident.language == "en" and voting.title_en else voting.title_de,
                        "code": in_groups(code),
                        "round_path": f"/wuensche/runden/{voting.slug}",
                        "last_day": last_day(voting),
                    },
                    about=("wish_round", voting.id),
                    at=now,
                )  # fmt: skip
        return in_groups(code)


async def _sent_to(session: AsyncSession, round_id: UUID, place: str) -> int:
    """To how many people at an address letters have gone; the round is locked alone by the caller."""
    sent = await session.scalar(
        select(func.count())
        .select_from(ResidentCode)
        .where(
            ResidentCode.round_id == round_id,
            ResidentCode.place_key == place,
            ResidentCode.way == Way.PAPER,
        )
    )
    return sent or 0


def in_groups(code: str) -> str:
    """A code that can be read out: "ABCDE-FGHJK"."""
    return f"{code[:5]}-{code[5:]}"
