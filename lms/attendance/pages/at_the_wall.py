"""The code on the wall as it is asked for and checked, whichever way somebody comes."""

from uuid import UUID

from litestar.response import Template

from lms.accounts.limits import spent, within
from lms.attendance.checkin.codes import sessions_with
from lms.attendance.checkin.errors import WrongCode
from lms.attendance.checkin.queries import open_sessions
from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.marking import N_
from lms.web.fields.text import Text
from lms.web.forms import Form
from lms.web.module import Around

HERE = "/da"
CODE_LIMIT = "presence-code"
DIGITS_AND_SPACE = 20


class CodeForm(Form):
    """The code on the wall."""

    code = Text(
        N_("The code on the wall"),
        longest=DIGITS_AND_SPACE,
        hint=N_("Six digits. They change every minute."),
        missing=N_("Type the six digits that are on the wall."),
        autocomplete="one-time-code",
    )


async def session_of_code(around: Around, actor: Actor, code: str) -> UUID:
    """The session on whose wall this code is. Raises WrongCode, TooMany.

    Wrong ones count against the address, right ones do not (S-40): a whole course comes from one.
    """
    await spent(around.begin, around.clock, CODE_LIMIT, address=actor.address)
    now = around.clock()
    async with around.begin.reading() as session:
        possible = await open_sessions(session, now)
    found = sessions_with(around.signer, code, possible, now)
    if len(found) != 1:  # two sessions with one code: in a minute they have different ones
        await within(around.begin, around.clock, CODE_LIMIT, address=actor.address)
        raise WrongCode
    return found[0]


def code_page(form: CodeForm, here: str = HERE, status: int = 200) -> Template:
    context = {"form": form, "here": here}
    return Template("attendance/checkin/code.html", context=context, status_code=status, headers=PRIVATE)
