"""What our page around a package needs: where the frame leads, which parts there are, how they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from litestar import Request

from lms.kernel.marking import N_
from lms.learning.models import Package
from lms.players import rules, tickets
from lms.players.models import PartStatus
from lms.players.parts import PLAYED, Part
from lms.players.service import Standing
from lms.players.tickets import Ticket
from lms.settings import Settings
from lms.web.edge import content_policy
from lms.web.language import current_language, gettext
from lms.web.module import Around
from lms.web.playing import PLAYED as PLAYED_BELOW
from lms.web.playing import packages_origin
from lms.web.templating import csrf_token_of

AnyRequest = Request[Any, Any, Any]
STATUS: Mapping[PartStatus | None, str] = {
    None: N_("not begun"),
    PartStatus.BEGUN: N_("begun"),
    PartStatus.FAILED: N_("not enough points yet"),
    PartStatus.COMPLETED: N_("done"),
    PartStatus.PASSED: N_("passed"),
}
WORDS: Mapping[str, str] = {
    "loading": N_("The exercise is being loaded …"),
    "silent": N_(
        "The exercise does not answer. Please reload the page. If that does not help, call us: the number stands below."
    ),
    "trouble": N_("The exercise cannot be shown: something in it is broken. Please tell your trainer."),
    "away": N_(
        "There is no connection. What you do is kept on this page and sent as soon as the connection is back. Please leave the page open."
    ),
    "back": N_("The connection is back, and everything is saved."),
    "elsewhere": N_(
        "You have gone on with this exercise in another window or on another device. Please reload this page to see where you are there."
    ),
    "signed_out": N_(
        "You have been signed out. Please sign in again in another window, then come back to this one: what you did here is kept until then."
    ),
    "refused": N_("What you did could not be saved. Please reload the page."),
    "often": N_("The exercise saves very often. What you do is kept here and sent in a minute."),
    "large": N_("Show large"),
    "small": N_("Show smaller"),
}


def frame_of(
    request: AnyRequest, around: Around, package: Package, *, lesson_id: UUID, holder_id: UUID, now: datetime
) -> dict[str, str] | None:
    """Where packages are played and the address of the player there; None where nothing is set up for them, or not this kind."""
    if package.kind not in PLAYED:
        return None
    return ticketed(request, around, package, lesson_id=lesson_id, holder_id=holder_id, now=now)


def ticketed(
    request: AnyRequest, around: Around, package: Package, *, lesson_id: UUID, holder_id: UUID, now: datetime
) -> dict[str, str] | None:
    """The `origin` of packages and the `address` there that opens this one; None where nothing is set up for them."""
    settings = around.settings
    host = request.headers.get("host", "")
    origin = packages_origin(settings, host)
    if origin is None:
        return None
    ticket = tickets.issued(
        around.signer,
        Ticket(package.id, lesson_id, holder_id, own_origin(settings, request.scope["scheme"], host)),
        now,
    )
    return {"origin": origin, "address": f"{origin}{PLAYED_BELOW}{ticket}"}


def own_origin(settings: Settings, scheme: str, host: str) -> str:
    """The origin that the reader has in the address bar; behind a proxy that of LMS_PUBLIC_URL."""
    public = urlsplit(settings.public_url)
    if host.lower() == public.netloc.lower():
        return f"{public.scheme}://{public.netloc}"
    return f"{scheme}://{host}"


def headers_for(settings: Settings, frame: Mapping[str, str] | None) -> dict[str, str]:
    """Our page may show this one address in a frame."""
    if frame is None:
        return {}
    policy = content_policy(settings.stripe_pages.rstrip("/"), framing=frame["origin"] + PLAYED_BELOW)
    return {"content-security-policy": policy}


def told_to_script(
    request: AnyRequest,
    package: Package,
    parts: Sequence[Part],
    frame: Mapping[str, str],
    *,
    first: str,
    save: str,
    learner: str,
) -> dict[str, Any]:
    """What the script of the page reads. `save` is where reports go, empty in a preview; `learner` says nothing about the person.

    No package hears a name: it could lead its reader to a page elsewhere with it.
    """
    return {
        "origin": frame["origin"],
        "address": frame["address"],
        "package": str(package.id),
        "parts": [asdict(one) for one in parts],
        "first": first,
        "save": save,
        "learner": learner,
        "csrf": csrf_token_of(request),
        "language": current_language(),
        "words": {name: gettext(sentence) for name, sentence in WORDS.items()},
    }


def first_part(parts: Sequence[Part], statuses: Mapping[str, PartStatus], place: str) -> str:
    """Where to go on: where one was, unless that is done; else the first that is not."""
    if any(one.id == place and statuses.get(place) not in rules.DONE for one in parts):
        return place
    open_ones = [one.id for one in parts if statuses.get(one.id) not in rules.DONE]
    return next(iter(open_ones), parts[0].id)


def in_words(standing: Standing, parts: Sequence[Part]) -> str:
    """How the learner stands, as one sentence or two."""
    done = sum(status in rules.DONE for status in standing.parts.values())
    if standing.done:
        said = gettext("You have done this exercise.")
    elif not standing.parts:
        said = gettext("You have not begun yet.")
    elif len(parts) > 1:
        said = gettext("%(done)s of %(total)s parts are done.", done=done, total=len(parts))
    elif PartStatus.FAILED in standing.parts.values():
        said = gettext("These were not enough points yet. You can try again.")
    else:
        said = gettext("You have begun. You go on where you stopped.")
    if standing.score is None:
        return said
    return said + " " + gettext("Best result: %(percent)s percent.", percent=round(standing.score / 10))


def statuses_in_words(standing: Standing) -> dict[str, str]:
    """Each part's status, for the list."""
    return {part: gettext(STATUS[status]) for part, status in standing.parts.items()}
