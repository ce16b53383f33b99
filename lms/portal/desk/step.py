"""An act on a page of its own: what follows from it, the safe way out, and the button that names it."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from litestar.response import Template

from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.portal.desk.run_reading import Recipients
from lms.web.forms import Form
from lms.web.language import gettext, ngettext

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The words of such a page. `path` receives the form, `back` is where one comes from and the safe way out leads.

    Without a `button` nothing can be done: the sentences say why.
    """

    title: str
    about: str
    path: str
    back: str
    button: str
    way_out: str
    sentences: Sequence[str] = ()
    is_dangerous: bool = False


def step_page(step: Step, form: Form | None = None, *, status: int = 200, **more: Any) -> Template:
    """The page; with a form its fields stand before the buttons."""
    return Template("portal/desk/step.html", context={"step": step, "form": form, **more}, status_code=status)


async def carry_out(form: Form, act: Awaitable[T], *, version: int | None = None) -> tuple[T | None, int]:
    """What the act gives, and 0; or None and the status of the answer, with the reason in the form and everything typed kept.

    A form with a version that was stale is shown beside what is stored now and carries that `version`: sending it again is a
    decision about it. Raises NotFound.
    """
    try:
        return await act, 0
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse("", refusal.message, **refusal.params)
        if isinstance(refusal, Stale) and version is not None:
            form["version"].raw_data, form["version"].data = None, str(version)
        return None, refusal.status


def who_is_told(told: Recipients) -> str:
    """How many people get a letter, and by which way."""
    if not told.total:
        return gettext("Nobody has to be told.")
    people = ngettext("%(num)s person is told", "%(num)s people are told", told.total)
    if told.by_sms or told.by_phone:
        ways = [
            (told.by_email, N_("%(num)s by e-mail")),
            (told.by_sms, N_("%(num)s by short message")),
            (told.by_phone, N_("%(num)s by telephone, from the call list")),
            (told.by_post, N_("%(num)s by letter on paper, which has to be printed")),
        ]
        listed = ", ".join(gettext(words, num=num) for num, words in ways if num)
        return gettext("%(people)s: %(ways)s.", people=people, ways=listed)
    if not told.by_post:
        return gettext("%(people)s by e-mail.", people=people)
    if not told.by_email:
        return gettext("%(people)s by letter on paper, which has to be printed.", people=people)
    return gettext(
        "%(people)s: %(email)s by e-mail, %(post)s by letter on paper, which has to be printed.",
        people=people,
        email=told.by_email,
        post=told.by_post,
    )
