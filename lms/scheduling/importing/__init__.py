"""A programme from elsewhere becomes courses, runs, sessions and venues of ours."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

from lms.audit.trail import record
from lms.catalogue import vhs
from lms.catalogue.vhs import ImportRefused, Programme
from lms.db import Begin
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import Clock, local, system_clock
from lms.scheduling.importing.writing import Importer, Outcome, Tally
from lms.web.language import Language, gettext, ngettext, translated, use_locale

BERLIN = "Berliner Volkshochschulen, Open Data Berlin, CC BY"
REFUSED = 1

Say = Callable[[str], None]


async def run_import(
    begin: Begin,
    file: Path,
    *,
    dry_run: bool,
    shift_dates: bool,
    say: Say,
    clock: Clock = system_clock,
) -> int:
    """Import a programme, and tell what came of it; 0, or 1 when the file as a whole cannot be used.

    All of it happens in one transaction: a dry run does the same and takes it back. Rows that cannot be read are named and
    left out. A run becomes public when its price and its place are known, else it stays a draft. Where the source names
    only the first and the last day, the run has sessions on those two and says so; hours nobody has named are never shown.
    With `shift_dates` a past programme moves by whole weeks until it lies ahead.
    """
    with use_locale(_language_of_the_terminal()):
        try:
            programme = vhs.read_programme(await asyncio.to_thread(file.read_bytes))
        except ImportRefused as refusal:
            say(gettext(refusal.message, **refusal.params))
            return REFUSED
        say(vhs.report(programme, translated))
        outcome = await _write(begin, programme, clock, dry_run=dry_run, is_shifted=shift_dates, say=say)
        say("")
        for line in _summary(outcome):
            say(line)
        if dry_run:
            say(gettext("This was a trial: nothing has been written."))
    return 0


async def _write(
    begin: Begin, programme: Programme, clock: Clock, *, dry_run: bool, is_shifted: bool, say: Say
) -> Outcome:
    runs, now = programme.runs, clock()
    today = local(now).date()
    if is_shifted and (weeks := vhs.weeks_until_future(runs, today)):
        runs = vhs.shift_dates(runs, today)
        say(
            ngettext("All dates were moved by %(num)s week.", "All dates were moved by %(num)s weeks.", weeks)
        )
    async with begin() as session:
        importer = Importer(session, now, _source_of(programme), progress=_progress)
        outcome = await importer.bring_in(runs)
        if dry_run:
            await session.rollback()
            return outcome
        record(
            session,
            SYSTEM,
            "programme.imported",
            at=now,
            kind="programme",
            object_id=None,
            after={"new_runs": outcome.runs.new, "changed_runs": outcome.runs.changed},
        )
    return outcome


def _source_of(programme: Programme) -> str:
    """Whom the pages of these courses name; the licence of the Berlin data asks for it."""
    places = [run.venue.city for run in programme.runs if run.venue is not None]
    in_berlin = sum(city == "Berlin" for city in places)
    return BERLIN if places and in_berlin * 2 > len(places) else gettext("Programme of another centre")


def _summary(outcome: Outcome) -> list[str]:
    lines = [
        _line(gettext("Courses"), outcome.courses),
        _line(gettext("Runs"), outcome.runs),
        gettext("Venues: %(new)s new", new=outcome.venues.new),
    ]
    if outcome.drafts:
        lines.append(
            ngettext(
                "%(num)s run stays a draft, because its price or its place is missing.",
                "%(num)s runs stay drafts, because their price or their place is missing.",
                outcome.drafts,
            )
        )
    if outcome.missing:
        lines.append(
            ngettext(
                "%(num)s run that was imported before is not in this file; it stays as it is.",
                "%(num)s runs that were imported before are not in this file; they stay as they are.",
                outcome.missing,
            )
        )
    return lines


def _line(name: str, tally: Tally) -> str:
    return gettext(
        "%(name)s: %(new)s new, %(changed)s changed, %(same)s as before",
        name=name,
        new=tally.new,
        changed=tally.changed,
        same=tally.same,
    )


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} / {total}" + ("\n" if done == total else ""))
        sys.stderr.flush()


def _language_of_the_terminal() -> Language:
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "de" if spoken.startswith("de") else "en"
