"""From what was typed to a question. Nothing that the form cannot show is lost; the way back is `filling.py`."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from content.quiz.gaps import gap_names
from content.quiz.parts import likeness
from content.quiz.questions import (
    Accepted,
    Choice,
    FreeText,
    Gap,
    GapText,
    HotSpots,
    Item,
    Matching,
    MultipleChoice,
    Number,
    Ordering,
    Pair,
    Question,
    Shape,
    ShortText,
    SingleChoice,
    Spot,
    TrueFalse,
)
from lms.quizzes.editing.changes import new_key
from lms.quizzes.editing.forms import MOST_ROWS, QuestionForm

_PERCENT = re.compile(
    r"(?P<words>.*\S)\s*\((?P<percent>\d{1,3})\s*(?:%|percent|prozent)\)", re.DOTALL | re.IGNORECASE
)
ANCHOR = "#"
"""Parts the lesson to read again from the heading in it."""


def question_from(form: QuestionForm, kind: type[Question], before: Question | None, key: str) -> Question:
    """What was typed. `before` is what is stored: keys of parts, and what the form does not show, are taken from it."""
    lesson, _, place = (form.reading.data or "").partition(ANCHOR)
    common: dict[str, Any] = {
        "key": key,
        "text": form.text.data or "",
        "points": form.points.data or 0,
        "feedback": form.feedback.data or "",
        "lesson": lesson,
        "place": place,
    }
    if "partial" in form:
        common["partial"] = bool(form.partial.data)
    elif before is not None:
        common["partial"] = before.partial
    return kind(**common, **_READERS[kind](form, before))


def rows_of(form: QuestionForm, *, filled_by: Sequence[str]) -> list[dict[str, Any]]:
    """The rows in which one of these fields is filled, as values by name. `typed` fields that hold no value are empty."""
    found = []
    for number in range(form.row_count):
        start = f"r{number}_"
        row = {one.name.removeprefix(start): one.data for one in form if one.name.startswith(start)}
        if any(row.get(name) not in {None, ""} for name in filled_by):
            found.append(row)
    return found


def gaps_to_show(sent: Mapping[str, Any], rows: int) -> dict[str, str]:
    """What was sent, with a row for each gap that the text names, in its order; rows of other gaps only while they are filled."""
    by_name: dict[str, dict[str, str]] = {}
    for number in range(rows):
        row = {
            name.partition("_")[2]: value for name, value in sent.items() if name.startswith(f"r{number}_")
        }
        by_name.setdefault(str(row.get("name", "")), row)
    names = list(dict.fromkeys(gap_names(str(sent.get("text", "")))))
    names += [
        name
        for name, row in by_name.items()
        if name not in names and (row.get("accepted") or row.get("options"))
    ]
    result = {name: value for name, value in sent.items() if not re.match(r"r\d+_", name)} | {
        "rows": str(min(len(names), MOST_ROWS))
    }
    for number, name in enumerate(names[:MOST_ROWS]):
        row = {**by_name.get(name, {}), "name": name, "key": name}
        result |= {f"r{number}_{part}": value for part, value in row.items()}
    return result


def _keys(question: Question | None, parts: str) -> set[str]:
    return {one.key for one in getattr(question, parts, ())}


def _key(row: Mapping[str, Any], known: set[str]) -> str:
    """The key that the row carries, when it is one of this question and not used yet; else a new one."""
    key = row.get("key") or ""
    if key in known:
        known.discard(key)
        return str(key)
    return new_key()


def _choices(form: QuestionForm, before: Question | None) -> dict[str, Any]:
    known = _keys(before, "choices")
    return {
        "shuffle": bool(form["shuffle"].data),
        "choices": tuple(
            Choice(
                key=_key(row, known), text=row["text"] or "", is_right=bool(row["right"]),
                feedback=row["feedback"] or "",
            )
            for row in rows_of(form, filled_by=["text", "feedback"])
        ),
    }  # fmt: skip


def _truth(form: QuestionForm, _before: Question | None) -> dict[str, Any]:
    return {"is_true": form["truth"].data == "true"}


def _items(form: QuestionForm, before: Question | None) -> dict[str, Any]:
    known = _keys(before, "items")
    rows = rows_of(form, filled_by=["text"])
    return {"items": tuple(Item(key=_key(row, known), text=row["text"]) for row in rows)}


def _pairs(form: QuestionForm, before: Question | None) -> dict[str, Any]:
    known = _keys(before, "pairs")
    former = {_line(one.text): one.key for one in getattr(before, "distractors", ())}
    return {
        "pairs": tuple(
            Pair(key=_key(row, known), left=row["left"] or "", right=row["right"] or "")
            for row in rows_of(form, filled_by=["left", "right"])
        ),
        "distractors": tuple(
            Item(key=former.get(line) or new_key(), text=line) for line in _lines(form["distractors"].data)
        ),
    }


def _gaps(form: QuestionForm, before: Question | None) -> dict[str, Any]:
    former = {gap.key: gap for gap in getattr(before, "gaps", ())}
    gaps = []
    for row in rows_of(form, filled_by=["name", "accepted", "options"]):
        name = row["name"] or ""
        known = former[name].accepted if name in former else ()
        gaps.append(
            Gap(
                key=name,
                accepted=_accepted_lines(row["accepted"], known),
                options=tuple(_lines(row["options"])),
                ignore_case=not row["case"],
            )
        )
    return {"gaps": tuple(gaps)}


def _number(form: QuestionForm, _before: Question | None) -> dict[str, Any]:
    return {
        "value": form["value"].data if form["value"].data is not None else Decimal("NaN"),
        "tolerance": form["tolerance"].data or Decimal(0),
        "unit": form["unit"].data or "",
    }


def _short(form: QuestionForm, _before: Question | None) -> dict[str, Any]:
    return {
        "ignore_case": not form["case"].data,
        "accepted": tuple(
            Accepted(
                text=row["text"] or "",
                percent=100 if row["percent"] is None else row["percent"],
                feedback=row["feedback"] or "",
            )
            for row in rows_of(form, filled_by=["text", "feedback"])
        ),
    }


def _free(form: QuestionForm, _before: Question | None) -> dict[str, Any]:
    return {"guidance": form["guidance"].data or "", "most_words": form["most_words"].data}


def _spots(form: QuestionForm, before: Question | None) -> dict[str, Any]:
    known = _keys(before, "spots")
    rows = rows_of(form, filled_by=["label", "x", "y", "width", "feedback"])
    return {
        "picture": form["picture"].data or "",
        "alt": form["alt"].data or "",
        "spots": tuple(
            Spot(
                key=_key(row, known),
                label=row["label"] or "",
                **{name: row[name] or 0 for name in ("x", "y", "width", "height")},
                shape=Shape(row["shape"] or Shape.RECTANGLE),
                is_right=bool(row["right"]),
                feedback=row["feedback"] or "",
            )
            for row in rows
        ),
    }


_READERS: Mapping[type[Question], Any] = {
    SingleChoice: _choices, MultipleChoice: _choices, TrueFalse: _truth, Ordering: _items, Matching: _pairs,
    GapText: _gaps, Number: _number, ShortText: _short, FreeText: _free, HotSpots: _spots,
}  # fmt: skip


def _line(text: str) -> str:
    return " ".join(text.split())


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _accepted_lines(text: str | None, former: Sequence[Accepted]) -> tuple[Accepted, ...]:
    """One wording a line, `Wort (50 %)` for half of the points; words of feedback stay with their wording."""
    feedback = {likeness(one.text): one.feedback for one in former}
    result = []
    for line in _lines(text):
        found = _PERCENT.fullmatch(line)
        words, percent = (found["words"], int(found["percent"])) if found else (line, 100)
        result.append(Accepted(text=words, percent=percent, feedback=feedback.get(likeness(words), "")))
    return tuple(result)
