"""The two doors to a request, for whoever asked: the link in a letter, and My company."""

from dataclasses import dataclass
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from lms.enrolment.pages.private import PRIVATE
from lms.inhouse import policy
from lms.inhouse.letters import request_path
from lms.inhouse.models import TrainingOffer
from lms.inhouse.pages.asking import OWN
from lms.inhouse.policy import LINK
from lms.inhouse.queries import Asked, asked_of
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.web.module import Around


@dataclass(frozen=True, slots=True)
class Door:
    """The request that was opened, and how: `token` is empty for a contact of the company."""

    asked: Asked
    here: str
    token: str = ""

    def offer(self, offer_id: UUID) -> TrainingOffer:
        """An offer of this request that was sent. Raises NotFound."""
        found = next((one for one in self.asked.sent if one.id == offer_id), None)
        if found is None:
            raise NotFound
        return found


async def by_link(request_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]) -> Door:
    """Opened by the link. Raises NotFound for a wrong or old one, as for a missing request."""
    async with around.begin.reading() as session:
        asked = await asked_of(session, request_id)
    if not around.signer.matches(token, LINK, request_id, asked.request.link_version):
        raise NotFound
    return Door(asked, request_path(request_id, token), token)


async def as_contact(
    request_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
) -> Door:
    """Opened by somebody who acts for the company. Raises NotFound for everybody else (S-03)."""
    async with around.begin.reading() as session:
        asked = await asked_of(session, request_id)
    if not policy.is_contact(actor, asked.request):
        raise NotFound
    return Door(asked, f"{OWN}/{request_id}")


def pdf(content: bytes, name: str) -> Response[bytes]:
    """A paper to take away."""
    return Response(
        content,
        media_type="application/pdf",
        headers={**PRIVATE, "content-disposition": f'attachment; filename="{name}"'},
    )
