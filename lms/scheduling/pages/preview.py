"""What the preview of a run shows: every date with what becomes of it, every obstacle in a sentence, other ways as buttons."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar.response import Template

from lms.catalogue.models import Course
from lms.kernel.clock import local
from lms.kernel.errors import DomainError
from lms.kernel.period import Period
from lms.scheduling.feasibility import Alternative
from lms.scheduling.forms import RunForm
from lms.scheduling.pages import choosing
from lms.scheduling.values import PlannedDate, Preview, RunPlan
from lms.scheduling.words import clash_in_words, rule_in_words
from lms.web.formats import date_short, time_range
from lms.web.language import gettext


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table of dates. `options` are what may become of a date, as value and words."""

    by_rule: Period
    period: Period | None = None
    reason: str = ""
    room: str = ""
    field: str = ""
    options: Sequence[tuple[str, str]] = ()
    chosen: str = choosing.BY_RULE
    clashes: Sequence[str] = ()
    hints: Sequence[str] = ()
    keeps: bool | None = None

    @property
    def day(self) -> date:
        """The calendar day that the rule names."""
        return local(self.by_rule.start).date()


def preview_page(form: RunForm, course: Course, plan: RunPlan, preview: Preview, *, status: int) -> Template:
    """The preview, with everything that was filled in travelling along hidden."""
    rooms = dict(form.room.choices)
    values: list[tuple[str, str]] = []
    for field in form:
        values += _as_sent(field)
    general = [clash for clash in preview.clashes if clash.wanted is None]
    return Template(
        "scheduling/preview.html",
        context={
            "course": course,
            "plan": plan,
            "rule": rule_in_words(plan.rule),
            "lines": sorted(_lines(plan, preview, rooms), key=lambda line: line.by_rule.start),
            "general": [clash_in_words(clash) for clash in general],
            "clashes": [clash_in_words(clash) for clash in preview.forbidding],
            "hints": list(dict.fromkeys(clash_in_words(clash) for clash in preview.hints)),
            "other_ways": [(choosing.written(one), other_way_in_words(one, plan, form)) for one in preview.alternatives],
            "minutes": sum(period.minutes for period in preview.periods),
            "values": values,
            "leave_out": choosing.SKIP,
            "room": rooms.get(form.room.data or "", ""),
            "trainers": [dict(form.trainer.choices).get(str(one), "") for one in plan.trainer_ids],
            "things": [dict(form.thing_1.choices).get(key, "") for key in _things(form)],
        },
        status_code=status,
    )  # fmt: skip


def sketch_page(
    form: RunForm,
    plan: RunPlan | None = None,
    preview: Preview | None = None,
    refusal: DomainError | None = None,
) -> Template:
    """The running answer beside the form."""
    context: dict[str, Any] = {"refusal": refusal, "preview": preview}
    if plan is not None and preview is not None:
        context |= {
            "rule": rule_in_words(plan.rule),
            "clashes": [clash_in_words(clash) for clash in preview.forbidding],
            "hints": list(dict.fromkeys(clash_in_words(clash) for clash in preview.hints)),
            "other_ways": [(choosing.written(one), other_way_in_words(one, plan, form)) for one in preview.alternatives],
        }  # fmt: skip
    return Template("scheduling/_sketch.html", context=context)


def other_way_in_words(one: Alternative, plan: RunPlan, form: RunForm) -> str:
    """Wed 2 Dec 2026, 18:15 to 19:45, room 2, with Jonas Krüger: only what is different is said."""
    first = one.periods[0]
    parts = []
    if one.days or one.minutes:
        parts.append(f"{date_short(first.start)}, {time_range(first.start, first.end)}")
        if len(one.periods) > 1:
            parts[0] = gettext("from %(first)s on", first=parts[0])
    else:
        parts.append(gettext("at the same time"))
    if one.room_id != plan.room_id:
        parts.append(dict(form.room.choices).get(str(one.room_id), ""))
    names = dict(form.trainer.choices)
    parts += [
        gettext("with %(trainer)s", trainer=names.get(str(key), ""))
        for key in one.trainer_ids
        if key not in plan.trainer_ids
    ]
    return ", ".join(part for part in parts if part)


def _lines(plan: RunPlan, preview: Preview, rooms: dict[str, str]) -> Iterator[Line]:
    for date_ in preview.dates:
        yield _line(date_, plan, rooms)
    for skipped in preview.skipped:
        yield Line(by_rule=skipped.period, reason=skipped.reason, keeps=False)
    for period in preview.left_out:
        yield Line(
            by_rule=period,
            reason=gettext("left out"),
            field=choosing.name_of(period),
            options=[
                (choosing.BY_RULE, gettext("As planned")),
                (choosing.SKIP, gettext("Leave this date out")),
            ],
            chosen=choosing.SKIP,
        )


def _line(one: PlannedDate, plan: RunPlan, rooms: dict[str, str]) -> Line:
    clashes = [clash_in_words(clash) for clash in one.clashes if not clash.is_hint]
    is_changed = one.is_changed or one.room_id != plan.room_id
    options: list[tuple[str, str]] = []
    chosen = choosing.BY_RULE
    if clashes or is_changed:
        options = [(choosing.BY_RULE, gettext("As planned")), (choosing.SKIP, gettext("Leave this date out"))]
        if is_changed:
            now = Alternative(periods=[one.period], room_id=one.room_id, trainer_ids=())
            chosen = choosing.change_written(now)
            options.append((chosen, _date_in_words(now, plan, rooms, one.by_rule)))
        options += [
            (choosing.change_written(way), _date_in_words(way, plan, rooms, one.by_rule))
            for way in one.alternatives
            if way.trainer_ids == plan.trainer_ids
        ]
    return Line(
        by_rule=one.by_rule,
        period=one.period,
        room=rooms.get(str(one.room_id), "") if one.room_id != plan.room_id else "",
        field=choosing.name_of(one.by_rule),
        options=options,
        chosen=chosen,
        clashes=clashes,
        hints=[clash_in_words(clash) for clash in one.clashes if clash.is_hint],
        keeps=True if local(one.by_rule.start).date() in plan.rule.keep else None,
    )


def _date_in_words(way: Alternative, plan: RunPlan, rooms: dict[str, str], by_rule: Period) -> str:
    period = way.periods[0]
    if period == by_rule:
        words = gettext("at the same time")
    elif choosing.is_elsewhere(way, by_rule):
        words = f"{date_short(period.start)}, {time_range(period.start, period.end)}"
    else:
        words = time_range(period.start, period.end)
    return words if way.room_id == plan.room_id else f"{words}, {rooms.get(str(way.room_id), '')}"


def _things(form: RunForm) -> list[str]:
    return [field.data for field in (form.thing_1, form.thing_2, form.thing_3) if field.data]


def _as_sent(field: Any) -> list[tuple[str, str]]:
    """A field as pairs of name and text, to travel along hidden."""
    if field.kind == "date":
        return [(f"{field.name}-{part.key}", typed) for part, typed in field.parts]
    if field.kind in {"checkboxes", "radios", "select"}:
        return [(field.name, value) for value in sorted(field.chosen)]
    if field.kind == "checkbox":
        return [(field.name, "1")] if field.data else []
    return [(field.name, field.typed)]
