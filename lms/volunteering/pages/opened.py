"""What the pages behind a helper's link share."""

from uuid import UUID

from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.messaging.models import AddressForm
from lms.people.rules import is_du
from lms.volunteering.queries.helpers import Known, helper_of
from lms.volunteering.service.acts import LINK
from lms.web.language import say_du
from lms.web.module import Around


async def opened(around: Around, helper_id: UUID, token: str) -> Known:
    """The helper whose link it is; from here on the page says du to the young. Raises NotFound for every other link."""
    async with around.begin.reading() as session:
        known = await helper_of(session, helper_id)
    if not around.signer.matches(token, LINK, helper_id, known.helper.link_version):
        raise NotFound
    person = known.person
    say_du(
        wanted=is_du(
            person.birth_date,
            local(around.clock()).date(),
            is_informal=person.address_form == AddressForm.INFORMAL,
        )
    )
    return known
