"""What results say in words and bars, in the reader's language."""

from collections.abc import Sequence

from lms.kernel.marking import N_
from lms.maturity.queries import Overall
from lms.maturity.questions import HIGHEST
from lms.maturity.rules import LEVEL_WORDS, AreaResult, Change, Comparison, finding
from lms.web.charts import Bar
from lms.web.formats import number
from lms.web.language import current_language, gettext, translated

LINE = 40
TOO_LITTLE = N_("too few answers")


def level_words(level: int | None) -> str:
    """Where an area stands."""
    return translated(LEVEL_WORDS[level] if level is not None else TOO_LITTLE)


def score_words(score: float | None) -> str:
    """A mean level with one decimal; a dash where there is none."""
    return "–" if score is None else number(round(score, 1))


def finding_words(results: Sequence[AreaResult]) -> str:
    """The heading of a picture."""
    found, language = finding(results), current_language()
    if found.best is None:
        return gettext("There are too few answers for a picture.")
    best = found.best.area.name.said(language)
    if found.least is not None:
        return gettext(
            "You are furthest in “%(best)s”, and you gain most in “%(least)s”.",
            best=best, least=found.least.area.name.said(language),
        )  # fmt: skip
    if sum(one.is_known for one in results) == 1:
        return gettext(
            "In “%(area)s” you stand here: %(level)s.", area=best, level=level_words(found.best.level)
        )
    return gettext("You stand at the same point everywhere: %(level)s.", level=level_words(found.best.level))


def bars_of_results(results: Sequence[AreaResult]) -> list[Bar]:
    """A bar for each area, out of the highest level."""
    language = current_language()
    return [_bar(one.area.name.said(language), one.score, level_words(one.level)) for one in results]


def bars_of_all(told: Sequence[Overall]) -> list[Bar]:
    """A bar for each area over all companies; without number where it may not be shown."""
    return [
        _bar(one.name, one.median, level_words(one.level) if one.median is not None else hidden())
        for one in told
    ]


def bars_of_changes(changes: Sequence[Change]) -> list[Bar]:
    """Two bars for each area that can be compared: then and now."""
    language = current_language()
    return [
        Bar(f"{one.area.name.said(language)}: {when}", (score or 0) / HIGHEST, score_words(score), series)
        for one in changes
        if one.questions
        for series, (when, score) in enumerate(((gettext("now"), one.after), (gettext("then"), one.before)))
    ]


def hidden() -> str:
    """Instead of a number about too few companies."""
    return gettext("not shown")


def finding_about(results: Sequence[AreaResult]) -> str:
    """The same for somebody else, such as whoever advises the company."""
    found, language = finding(results), current_language()
    if found.best is None or found.least is None:
        return finding_words(results)
    return gettext(
        "Furthest in “%(best)s”, most to gain in “%(least)s”.",
        best=found.best.area.name.said(language), least=found.least.area.name.said(language),
    )  # fmt: skip


def overall_words(told: Sequence[Overall]) -> str:
    """The heading above all companies."""
    known = [one for one in told if one.median is not None]
    if not known:
        return gettext("Fewer than five companies have done the check: nothing is shown yet.")
    best = max(known, key=lambda one: one.median or 0)
    least = min(known, key=lambda one: one.median or 0)
    if best.median == least.median:
        return gettext("The companies stand at the same point everywhere.")
    return gettext(
        "The companies are furthest in “%(best)s”; they need most in “%(least)s”.",
        best=best.name,
        least=least.name,
    )


def comparison_words(comparison: Comparison) -> str:
    """The heading above two checks."""
    if not comparison.compared:
        return gettext("These two checks have no question in common that both have answered.")
    language, moved, back = current_language(), comparison.furthest, comparison.furthest_back
    fallen = back.area.name.said(language) if back else ""
    if moved is None:
        return (
            gettext("No area has moved forward; “%(back)s” has fallen back.", back=fallen)
            if back
            else gettext("All areas stand where they stood.")
        )
    area = moved.area.name.said(language)
    if back:
        return gettext(
            "You have moved forward most in “%(area)s”; “%(back)s” has fallen back.", area=area, back=fallen
        )
    return gettext("You have moved forward most in “%(area)s”.", area=area)


def _bar(words: str, score: float | None, level: str) -> Bar:
    """Area on the left, level on the right of one line: on the narrowest phone the area gives way."""
    room = LINE - len(level)
    label = words if len(words) <= room else f"{words[: room - 1].rstrip()}…"
    return Bar(label, None if score is None else score / HIGHEST, level)
