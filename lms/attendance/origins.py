"""Where marks came from, when it was not the trainer's hand: said beside them in the register."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.checkin.queries import check_ins_of
from lms.attendance.sheets.models import EvidenceKind
from lms.attendance.sheets.queries import sources_of
from lms.web.formats import time
from lms.web.language import gettext


async def origins_of(session: AsyncSession, session_id: UUID) -> Mapping[UUID, str]:
    """A sentence for everybody who entered themselves or was read off a list, by enrolment; two statements."""
    said: dict[UUID, list[str]] = {}
    for key, check_in in (await check_ins_of(session, session_id)).items():
        said.setdefault(key, []).append(
            gettext("Entered themselves at %(time)s.", time=time(check_in.entered_at))
        )
    for key, source in (await sources_of(session, session_id)).items():
        if source.kind is EvidenceKind.PHOTO:
            words = gettext("From a photo of the list, confirmed at %(time)s.", time=time(source.written_at))
        elif source.kind is EvidenceKind.MEETING:
            words = gettext("From the video conference, confirmed at %(time)s.", time=time(source.written_at))
        else:
            words = gettext("From a file, confirmed at %(time)s.", time=time(source.written_at))
        said.setdefault(key, []).append(words)
    return {key: " ".join(words) for key, words in said.items()}
