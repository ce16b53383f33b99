"""What the lines of an invoice say, in the language being spoken: the same words on paper and in the electronic invoice."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from lms.billing.models import Means
from lms.kernel.marking import N_
from lms.web.formats import date_plain
from lms.web.language import current_language, gettext


def line_name(line: Mapping[str, Any]) -> str:
    """What is paid for."""
    if line.get("text"):
        return str(line["text"])
    what = gettext("Cancellation fee") if line.get("what") == "cancellation_fee" else gettext("Participation")
    course = line.get("course_en") if current_language() == "en" else line.get("course_de")
    return f"{what}: {course}" if course else what


def line_details(line: Mapping[str, Any]) -> list[str]:
    """Run and days, person and reference: what belongs to the line and is not its name."""
    if line.get("text"):
        days = service_days(line)
        return [days] if days else []
    found = []
    if line.get("run"):
        run = gettext("Run %(number)s", number=line["run"])
        days = service_days(line)
        found.append(f"{run}, {days}" if days else run)
    if line.get("reference"):
        person = line.get("person") or gettext("Seat, name to follow")
        found.append(f"{person} ({line['reference']})")
    return found


def service_days(line: Mapping[str, Any]) -> str:
    """When the service is rendered: a day, or from one to another; empty where nobody wrote it down."""
    starts = _day(line.get("service_from") or line.get("starts_on"))
    ends = _day(line.get("service_to"))
    if starts is None:
        return ""
    if ends is None:
        return gettext("first session on %(day)s", day=date_plain(starts))
    if starts == ends:
        return gettext("on %(day)s", day=date_plain(starts))
    return gettext("from %(start)s to %(end)s", start=date_plain(starts), end=date_plain(ends))


def _day(written: Any) -> date | None:
    return date.fromisoformat(written) if written else None


MEANS: Mapping[str, str] = {
    Means.ONLINE: N_("online"),
    Means.TRANSFER: N_("by bank transfer"),
    Means.DIRECT_DEBIT: N_("by direct debit"),
    Means.CASH: N_("in cash"),
    Means.VOUCHER: N_("by voucher"),
    Means.DESK: N_("at the centre"),
    Means.MOVED: N_("set off against another enrolment"),
}
"""How money came, after a day: paid on 4 December in cash."""
