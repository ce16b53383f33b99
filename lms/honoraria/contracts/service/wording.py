"""New versions of the contract's words."""

from uuid import UUID

from sqlalchemy import func, select

from lms.audit.trail import record
from lms.db import retried
from lms.honoraria.contracts import policy
from lms.honoraria.contracts.models import ContractWording
from lms.honoraria.contracts.service.acts import Acts
from lms.honoraria.contracts.wording import DEFAULT, Words, check, words_in_use
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import Stale


class Rewording(Acts):
    """The house's own words. What was offered keeps those it was offered with."""

    @retried
    async def reword(self, actor: Actor, *, version_id: UUID, words: Words, seen: str) -> int:
        """The next version; gives its number. Under one `version_id` once; the same words again change nothing.

        Raises UnknownName, LooseBrace, NameMissing, Stale (somebody else has written one since the page was shown).
        """
        ensure(policy.may_write(actor), actor)
        check(words)
        async with self.begin() as session:
            known = await session.get(ContractWording, version_id)
            if known is not None:
                return known.number
            used = await words_in_use(session)
            if (used.body, used.child_protection, used.consent) == _texts(words):
                return used.number
            if used.seen() != seen:
                raise Stale
            last = await session.scalar(select(func.max(ContractWording.number))) or DEFAULT.number
            body, child_protection, consent = _texts(words)
            session.add(
                ContractWording(
                    id=version_id, number=last + 1, body=body, child_protection=child_protection,
                    consent=consent, made_at=self.clock(), made_by=actor.account_id,
                )
            )  # fmt: skip
            record(
                session, actor, "contract.reworded", at=self.clock(), kind="contract-wording",
                object_id=version_id, after={"version": last + 1},
            )  # fmt: skip
        return last + 1


def _texts(words: Words) -> tuple[str, str, str]:
    """As they are kept: browsers send line breaks in their own way."""
    body, child_protection, consent = (
        text.replace("\r\n", "\n").strip() + "\n"
        for text in (words.body, words.child_protection, words.consent)
    )
    return body, child_protection, consent
