"""What goes out to whom, before it does: names, ways, numbers."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from litestar.response import Template

from lms.kernel.marking import N_
from lms.messaging.models import Channel
from lms.teaching.materials.reading import Taught
from lms.teaching.messages.forms import MessageForm
from lms.teaching.readers import Readership
from lms.web.language import gettext, ngettext

WAYS = {
    Channel.EMAIL: N_("by e-mail"),
    Channel.SMS: N_("by short message"),
    Channel.PHONE: N_("by telephone"),
    Channel.POST: N_("by letter"),
}


def base_of(run_id: UUID) -> str:
    """Where the messages of a run are."""
    return f"/kursleitung/kurse/{run_id}/nachrichten"


def preview_page(
    form: MessageForm, taught: Taught, readers: Readership, *, is_kept: bool = False
) -> Template:
    """The message as it goes out, to whom, and the button with the number."""
    form.seen.raw_data, form.seen.data = None, readers.mark
    copies = {one.id for one in readers.copies}
    return Template(
        "teaching/messages/preview.html",
        context={
            "taught": taught,
            "form": form,
            "readers": readers,
            "names": [(one.name, WAYS[readers.way_of(one)], one.id in copies) for one in readers.readers],
            "sentences": _told(readers),
            "is_kept": is_kept,
            "here": base_of(taught.run.id),
        },
    )


def _told(readers: Readership) -> Sequence[str]:
    """How many people get it by which way, in sentences."""
    ways: Mapping[Channel, int] = readers.ways
    found = [
        ngettext("%(num)s person gets an e-mail.", "%(num)s people get an e-mail.", ways.get(Channel.EMAIL, 0)),
        ngettext("%(num)s person gets a short message.", "%(num)s people get a short message.", ways.get(Channel.SMS, 0)),
        ngettext("%(num)s person is called by the team.", "%(num)s people are called by the team.", ways.get(Channel.PHONE, 0)),
        ngettext("%(num)s person gets a letter on paper.", "%(num)s people get a letter on paper.", ways.get(Channel.POST, 0)),
    ]  # fmt: skip
    order = (Channel.EMAIL, Channel.SMS, Channel.PHONE, Channel.POST)
    told = [sentence for sentence, way in zip(found, order, strict=True) if ways.get(way, 0)]
    if readers.copies:
        told.append(
            ngettext(
                "%(num)s of them reads along as a parent, guardian or agent.",
                "%(num)s of them read along as parents, guardians or agents.",
                len(readers.copies),
            )
        )
    if readers.unreached:
        names = ", ".join(one.name for one in readers.unreached)
        told.append(gettext("Not reached: %(names)s. Please tell the team.", names=names))
    return told
