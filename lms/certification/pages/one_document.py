"""What the pages about single documents share: the person, the language, and the way to the batch."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from lms.certification.issuing.orders import Order
from lms.certification.life.service import Certification
from lms.certification.models import Batch
from lms.certification.words import LANGUAGES
from lms.kernel.actor import Actor
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Person
from lms.people.queries import SHORTEST_SEARCH, person_of, persons_found
from lms.web.access import may
from lms.web.fields.choices import Radios
from lms.web.templating import url

Sent = Request[Any, Any, Any]
READ = may("R", "certificate", of=Scope.ALL)
ISSUE = may("issue", "certificate")
CERTIFICATES = "/verwaltung/nachweise"
HITS = 8
LONGEST_SEARCH = 100
OF_A_DOCUMENT = [("", N_("the language of our letters")), *LANGUAGES.items()]


class LanguageRadios(Radios):
    """In which language a document speaks; nothing chosen is the person's own."""

    def __init__(self, label: str = N_("Language of the certificate"), **rest: Any) -> None:
        super().__init__(label, choices=OF_A_DOCUMENT, **rest)

    @property
    def chosen(self) -> frozenset[str]:
        """The person's own language until another one is chosen."""
        return super().chosen or frozenset({""})


async def whom(session: AsyncSession, person_id: UUID | None, typed: str) -> dict[str, Any]:
    """The person chosen, or who could be meant by what was typed; what `parts/whom.html` draws. Raises NotFound."""
    known = await person_of(session, person_id) if person_id else None
    hits: Sequence[Person] = ()
    typed = typed.strip()[:LONGEST_SEARCH]
    if known is None and len(typed) >= SHORTEST_SEARCH:
        hits = (await persons_found(session, typed, limit=HITS))[0]
    return {"known": known, "typed": typed, "hits": hits}


async def issue(
    certification: Certification, actor: Actor, *, batch_id: UUID, orders: Sequence[Order], title: str
) -> Redirect:
    """Begin to issue, and lead to the progress; a form sent twice leads there twice. Raises NobodyQualifies."""
    batch = await certification.start_batch(actor, batch_id=batch_id, orders=orders, title=title)
    return to_batch(batch)


def to_batch(batch: Batch) -> Redirect:
    """The page on which one sees how far it has come."""
    return Redirect(url(f"{CERTIFICATES}/auftrag/{batch.id}"), status_code=303)
