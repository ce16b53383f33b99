"""What a report of a package means: plain decisions, without a session or a clock.

Everything here comes out of a package of somebody else's. It is believed as far as it concerns this one lesson of this one
learner, and bounded: a package cannot say more than how its own part stands.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from content.course import PackageKind
from lms.players.models import PartStatus
from lms.players.parts import Part

MOST_SAVES_A_MINUTE = 60
MOST_SECONDS = 60 * 60 * 1_000
THOUSAND = 1_000
_ORDER = (PartStatus.BEGUN, PartStatus.FAILED, PartStatus.COMPLETED, PartStatus.PASSED)
DONE = frozenset({PartStatus.COMPLETED, PartStatus.PASSED})
_CLOCK = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2})(?:\.\d{1,2})?", re.ASCII)
_DURATION = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})(?:\.\d{1,8})?S)?)?")
_NUMBER = re.compile(r"-?\d{1,9}(?:\.\d{1,9})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`score` is in thousandths, None where none was given."""

    status: PartStatus
    score: int | None
    seconds: int


def outcome_of(kind: PackageKind, data: Mapping[str, str], part: Part) -> Outcome:
    """How the part stands by what its package has reported."""
    match kind:
        case PackageKind.SCORM_12:
            return _of_scorm_12(data, part)
        case PackageKind.SCORM_2004:
            return _of_scorm_2004(data, part)
        case _:
            return _of_h5p(data)


def better(one: PartStatus, other: PartStatus) -> PartStatus:
    """What was reached once stays reached."""
    return max(one, other, key=_ORDER.index)


def all_done(statuses: Mapping[str, PartStatus], parts: Collection[Part]) -> bool:
    """Whether every part is done; then the lesson is."""
    return bool(parts) and all(statuses.get(one.id) in DONE for one in parts)


def mean(scores: Collection[int]) -> int | None:
    """The score over all parts that have one, in thousandths."""
    return round(sum(scores) / len(scores)) if scores else None


def _of_scorm_12(data: Mapping[str, str], part: Part) -> Outcome:
    """SCORM 1.2 RTE 3.4.4: with a mastery score the mark decides once the part says that it is over."""
    score = _share(data, "cmi.core.score")
    status = {
        "passed": PartStatus.PASSED,
        "completed": PartStatus.COMPLETED,
        "failed": PartStatus.FAILED,
    }.get(data.get("cmi.core.lesson_status", ""), PartStatus.BEGUN)
    if data.get("part.opened"):
        status = PartStatus.COMPLETED
    raw = _number(data.get("cmi.core.score.raw", ""))
    if part.mastery is not None and raw is not None and status is not PartStatus.BEGUN:
        status = PartStatus.PASSED if raw >= part.mastery else PartStatus.FAILED
    return Outcome(status, score, _clock(data.get("cmi.core.total_time", "")))


def _of_scorm_2004(data: Mapping[str, str], part: Part) -> Outcome:
    """SCORM 2004 RTE 4.2.4 and 4.2.22: thresholds of the manifest go before what the part says."""
    score = _share(data, "cmi.score")
    success, completion = data.get("cmi.success_status", ""), data.get("cmi.completion_status", "")
    scaled, measure = (
        _number(data.get("cmi.score.scaled", "")),
        _number(data.get("cmi.progress_measure", "")),
    )
    if part.passing is not None and scaled is not None:
        success = "passed" if scaled >= part.passing else "failed"
    if part.threshold is not None and measure is not None:
        completion = "completed" if measure >= part.threshold else "incomplete"
    if data.get("part.opened"):
        completion = "completed"
    if success == "passed":
        status = PartStatus.PASSED
    elif success == "failed" and completion == "completed":
        status = PartStatus.FAILED
    else:
        status = PartStatus.COMPLETED if completion == "completed" else PartStatus.BEGUN
    return Outcome(status, score, duration_in_seconds(data.get("cmi.total_time", "")))


def _of_h5p(data: Mapping[str, str]) -> Outcome:
    """What the xAPI statement about the whole exercise said; `h5p.js` has taken it apart."""
    is_over, success = data.get("h5p.completed") == "true", data.get("h5p.success", "")
    status = PartStatus.BEGUN
    if is_over:
        status = PartStatus.PASSED if success == "true" else PartStatus.COMPLETED
    scaled = _number(data.get("h5p.score.scaled", ""))
    seconds = _number(data.get("h5p.seconds", "")) or 0
    return Outcome(status, None if scaled is None else _thousandths(scaled), _bounded(int(seconds)))


def _share(data: Mapping[str, str], stem: str) -> int | None:
    """The points as a share of those that can be had, in thousandths: `scaled`, or raw between min and max (0 and 100)."""
    scaled = _number(data.get(f"{stem}.scaled", ""))
    if scaled is not None:
        return _thousandths(scaled)
    raw = _number(data.get(f"{stem}.raw", ""))
    if raw is None:
        return None
    low, high = _number(data.get(f"{stem}.min", "")) or 0.0, _number(data.get(f"{stem}.max", "")) or 100.0
    return _thousandths((raw - low) / (high - low)) if high > low else None


def _thousandths(share: float) -> int:
    return round(min(max(share, 0.0), 1.0) * THOUSAND)


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def _clock(text: str) -> int:
    """Seconds of HHHH:MM:SS.SS (SCORM 1.2, CMITimespan); 0 for what is none."""
    found = _CLOCK.fullmatch(text)
    return _bounded(int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])) if found else 0


def duration_in_seconds(text: str) -> int:
    """Seconds of an ISO 8601 duration (SCORM 2004) without years and months; 0 for what is none."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return 0
    days, hours, minutes, seconds = (int(one or 0) for one in found.groups())
    return _bounded(((days * 24 + hours) * 60 + minutes) * 60 + seconds)


def _bounded(seconds: int) -> int:
    return min(max(seconds, 0), MOST_SECONDS)
