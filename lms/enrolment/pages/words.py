"""What the pages of the form ask and explain, in the reader's language."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from lms.catalogue.models import PaymentMethod, Run, RunState
from lms.catalogue.rules import still_needed
from lms.enrolment import rules
from lms.enrolment.changing.terms import WITHDRAWAL_DAYS, begins_early
from lms.enrolment.conditions.models import ApprovalMode
from lms.enrolment.conditions.queries import Asks
from lms.enrolment.conditions.words import APPROVAL_NEEDED, places
from lms.enrolment.pages.draft import Draft
from lms.enrolment.pages.draft_prices import reckonings
from lms.enrolment.pages.offering import Offering
from lms.enrolment.pages.questions import Kind, Step
from lms.enrolment.pricing.words import words_of
from lms.kernel.clock import local
from lms.kernel.marking import N_
from lms.settings import Settings
from lms.vouchers.words import called
from lms.web.formats import all_of, amount, date_long, date_short
from lms.web.language import gettext, ngettext, translated

TERMS_VERSION = "2026-11"
"""Of the conditions below; kept with each order (L-12)."""

ORDER = N_("Enrol with obligation to pay")
"""In German exactly "Kostenpflichtig anmelden" (docs/decisions/0009-order-button.md)."""
CONFIRM = N_("Enrol with binding effect")

PRIVACY: Mapping[Step, str] = {
    Step.PERSON: N_("We need the name for the list of participants and for the certificate."),
    Step.GUARDIAN: N_(
        "Only the course leader and the team see this. Three years after the course we delete it."
    ),
    Step.COMPANY: N_("We need this for the invoice. Invoices have to be kept for eight years."),
    Step.PARTICIPANTS: N_(
        "Please tell your employees that you have given us their names, and that our privacy page says what we do with them."
    ),
    Step.CONTACT: N_("We use this for this enrolment only, and send no advertising."),
    Step.ADDRESS: N_("We use the address for letters and invoices about this enrolment only."),
    Step.ACCOUNT: N_(
        "We use the account only to collect what you owe us, and delete it at the latest eight years after the last collection. If you do not send the form, we forget it after a day."
    ),
    Step.RESIDENCE: N_("We use this for this course only, and for letters about it."),
    Step.SUPPORT: N_(
        "Only the team and the course leader see this. Thirty days after the course we delete it."
    ),
}
"""The short notice at each form that collects something about a person (Article 13 GDPR, L-42)."""


def privacy(draft: Draft, step: Step) -> str:
    """What the entries of a page are for. There is no certificate for single dates."""
    if step is Step.QUESTIONS:
        return privacy_of_questions(draft.offering.asks)
    if step is Step.PERSON and draft.is_drop_in:
        return gettext("We need the name for the list of participants.")
    if step is Step.PARTICIPANTS and draft.kind is Kind.GROUP:
        return translated(PRIVACY[Step.PERSON])
    return translated(PRIVACY.get(step, ""))


def privacy_of_questions(asks: Asks) -> str:
    """Who reads the answers to a run's questions, and until when they are kept."""
    days = max((one.kept_days for one in asks.questions), default=0)
    deleted = ngettext(
        "At the latest %(num)s day after the course we delete them.",
        "At the latest %(num)s days after the course we delete them.",
        days,
    )
    if any(one.for_trainers for one in asks.questions):
        return gettext("The team reads your answers, and the course leader those that concern the sessions.") + " " + deleted  # fmt: skip
    return gettext("Only the team reads your answers.") + " " + deleted


def question(draft: Draft, step: Step) -> str:
    """The heading of a page."""
    name = all_of(draft.wards if step is Step.GUARDIAN else draft.names[:1])
    match step:
        case Step.PERSON:
            words = _question_about_person(draft)
        case Step.GUARDIAN:
            words = _question_about_guardian(draft)
        case Step.ACCESS:
            words = _question_about_access(draft)
        case Step.RESIDENCE:
            words = N_("Where do you live?") if draft.is_own else N_("Where does %(name)s live?")
        case Step.CONTACT if draft.needs_consent:
            words = N_("How do we reach %(guardian)s?")
        case Step.SUPPORT if not draft.is_own:
            words = N_("What does %(name)s need so that taking part works well?")
        case Step.ADDRESS if draft.email:
            words = N_("Which address stands on the invoice?")
        case _:
            words = QUESTIONS[step]
    return gettext(words, name=name, guardian=draft.contact_name)


QUESTIONS: Mapping[Step, str] = {
    Step.SESSIONS: N_("Which dates do you want to come to?"),
    Step.WHO: N_("Who is the course for?"),
    Step.COMPANY: N_("Which company is it?"),
    Step.PARTICIPANTS: N_("Who takes part?"),
    Step.PARTY: N_("What if there are not enough places for everybody?"),
    Step.CONTACT: N_("How do we reach you?"),
    Step.ADDRESS: N_("Where do we send letters?"),
    Step.SUPPORT: N_("What do you need so that taking part works well?"),
    Step.QUESTIONS: N_("Questions about this course"),
    Step.CONCESSION: N_("Which price applies?"),
    Step.PAYMENT: N_("How do you want to pay?"),
    Step.ACCOUNT: N_("From which account do we collect?"),
    Step.CHECK: N_("Check your answers"),
}


def _question_about_person(draft: Draft) -> str:
    if draft.known:
        return N_("When was %(name)s born?")
    if draft.kind is Kind.ME:
        return N_("What is your name?")
    return N_("What is the child's name?") if draft.kind is Kind.CHILD else N_("What is the person's name?")


def _question_about_access(draft: Draft) -> str:
    asks = draft.offering.asks
    if not asks.needs_declaration:
        return N_("What is the code word?")
    return N_("What is needed for this course") if asks.needs_code_word else N_("Does this apply?")


def _question_about_guardian(draft: Draft) -> str:
    if draft.guardian_is_named:
        return N_("What should we know about %(name)s?")
    return N_("Who is your parent or guardian?") if draft.is_own else N_("Who decides for %(name)s?")


def explanation(draft: Draft, step: Step) -> str:
    """The sentence below the heading; empty where the question says it all."""
    words = {
        Step.GUARDIAN: "" if draft.guardian_is_me else GUARDIAN_AGREES,
        Step.PARTICIPANTS: N_("Letters and e-mails go to the person whom you name first.")
        if draft.kind is Kind.GROUP and not draft.contact_is_known
        else "",
        Step.CONTACT: N_("E-mail and telephone: one of the two is enough."),
        Step.ADDRESS: "" if draft.email else N_("Without an e-mail address everything comes by letter."),
        Step.SUPPORT: N_("You need not write anything here. Only the team and your trainers see it."),
    }
    if step is Step.SESSIONS:
        return _explanation_of_sessions(draft)
    if step is Step.RESIDENCE:
        where = places(draft.offering.asks.residence)
        return gettext("This course is for people who live in %(residence)s.", residence=where)
    if step is Step.PARTY:
        return _explanation_of_rule(draft)
    return translated(words.get(step, ""))


def _explanation_of_sessions(draft: Draft) -> str:
    price = draft.offering.run.drop_in_price_cents
    words = (
        gettext("Each date costs %(price)s.", price=amount(price)) if price else gettext("It costs nothing.")
    )
    left, size = draft.offering.room_left, max(draft.size, 1)
    full = [one for one in draft.offering.at_dates(draft.now) if left[one.session_id] < size]
    if not full:
        return words
    dates = ", ".join(date_short(one.starts_at) for one in full)
    return f"{words} " + gettext("Already fully booked: %(dates)s.", dates=dates)


def _explanation_of_rule(draft: Draft) -> str:
    if not draft.has_place:
        return gettext("The course is fully booked at the moment.")
    left = draft.places_left
    free = ngettext("%(num)s place is free at the moment.", "%(num)s places are free at the moment.", left)
    named = ngettext("You name %(num)s person.", "You name %(num)s persons.", draft.size)
    return f"{free} {named}"


GUARDIAN_AGREES = N_(
    "Under 18, a parent or guardian has to agree. When you have sent the form we write to them, and they agree with one click or a signature."
)


HOW_PAID = {
    PaymentMethod.ONLINE: N_(
        "You pay online on the next page. Your place is booked as soon as you have paid."
    ),
    PaymentMethod.INVOICE: N_("You get an invoice and have two weeks."),
    PaymentMethod.CASH: N_("You pay at the centre, at the latest at the first date."),
}
"""What follows the order where nobody has to agree to it first; when an account is collected from is said with its day."""


def conditions(draft: Draft, settings: Settings) -> list[str]:
    """The terms in words, as they apply to this order (L-11, L-12)."""
    run = draft.offering.run
    said = []
    if draft.needs_consent and not draft.guardian_is_me:
        said.append(
            gettext("The place is booked when a parent or guardian has agreed. Until then nothing is owed.")
        )
    if draft.offering.asks.approval is not ApprovalMode.NONE:
        said.append(gettext(APPROVAL_NEEDED))
    if not draft.may_order:
        return [*said, *waiting_list_words(settings)]
    if run.is_open_ended:
        return [
            *said,
            gettext("Taking part costs nothing."),
            gettext(
                "A club has no fixed end. You can leave it at any time. If somebody waits, your place goes to them."
            ),
        ]
    if draft.total_cents == 0:
        said.append(gettext("Taking part costs nothing."))
        said.append(
            gettext(
                "If you cannot come, please cancel, so that somebody else gets the place. That costs nothing."
            )
        )
        return said
    said.append(drop_in_cancel_words(run) if draft.is_drop_in else cancel_words(run, draft.now))
    said.append(gettext("If we have to cancel the course, you pay nothing, and get back what you have paid."))
    if draft.kind is not Kind.COMPANY:
        said.append(withdrawal_words(draft.offering))
    if settings.tax_note:
        said.append(gettext("The price is free of value added tax."))
    waits = draft.needs_consent or draft.offering.asks.approval is not ApprovalMode.NONE
    if draft.rest_cents and draft.method is PaymentMethod.ONLINE and waits:
        said.append(gettext("After that it is paid online. The place is booked as soon as it is paid."))
    elif draft.rest_cents and draft.method in HOW_PAID and not waits:
        said.append(gettext(HOW_PAID[draft.method]))
    return said


def withdrawal_words(offering: Offering) -> str:
    """Whether there is a right of withdrawal; where there is none, why (L-15, Art. 246a § 1 (3) EGBGB)."""
    if offering.course.has_withdrawal_right:
        return gettext(
            "You can withdraw from the contract within %(days)s days without giving reasons, by letter, e-mail or telephone.",
            days=WITHDRAWAL_DAYS,
        )
    words = gettext("There is no right of withdrawal for this course.")
    return f"{words} {offering.word('withdrawal_reason')}".strip()


def asks_early_start(draft: Draft, settings: Settings) -> bool:
    """Whether somebody has to ask us expressly to begin while they may still withdraw (L-14)."""
    if not draft.price_is_due or draft.kind is Kind.COMPANY:
        return False
    first = next(iter(draft.sessions), None) if draft.is_drop_in else None
    starts_at = first.starts_at if first else draft.offering.run.starts_at
    return begins_too_early(draft.offering, starts_at, draft.now, settings)


def begins_too_early(
    offering: Offering, starts_at: datetime | None, now: datetime, settings: Settings
) -> bool:
    """Whether a contract made now could still be withdrawn from when its first session begins."""
    return offering.course.has_withdrawal_right and begins_early(starts_at, now, settings.federal_state)


def certainty(run: Run) -> str:
    """Whether the run will take place for certain, or how many are missing (F-A06); empty once nobody can ask any more."""
    if run.state is RunState.CONFIRMED:
        return gettext("yes, for certain")
    if run.state is not RunState.PUBLISHED:
        return ""
    missing = still_needed(run.minimum, run.occupied, run.state)
    if not missing:
        return gettext("there are enough enrolments")
    return ngettext(
        "%(num)s enrolment is still missing until it is certain",
        "%(num)s enrolments are still missing until it is certain",
        missing,
    )


def cancel_words(run: Run, now: datetime) -> str:
    """What cancelling a paid place costs, from now on."""
    free_until = rules.free_until(run)
    if free_until and local(now).date() <= free_until:
        return gettext(
            "You can cancel free of charge until %(day)s. After that we keep %(percent)s percent of the price.",
            day=date_long(free_until),
            percent=run.cancel_fee_percent,
        )
    return gettext("If you cancel, we keep %(percent)s percent of the price.", percent=run.cancel_fee_percent)


def drop_in_cancel_words(run: Run) -> str:
    """What giving back a single paid date costs."""
    return gettext(
        "You can give back each date free of charge until %(days)s days before it. After that we keep %(percent)s percent of its price.",
        days=run.cancel_free_days,
        percent=run.cancel_fee_percent,
    )


def waiting_list_words(settings: Settings) -> list[str]:
    """What the waiting list means."""
    return [
        gettext("The waiting list costs nothing, and you can leave it at any time."),
        gettext(
            "We write to you as soon as a place becomes free. Then you have %(hours)s hours to decide.",
            hours=settings.offer_hours,
        ),
    ]


def price_lines(draft: Draft) -> list[tuple[str, str]]:
    """How the price is made up, what codes make of it, and what is to be paid."""
    effect = draft.voucher_effect
    lines = _price_before_codes(draft)
    for one in draft.vouchers:
        if one.id == effect.discount_id and effect.off_cents:
            lines.append((called(one), amount(-effect.off_cents)))
    lines.append((gettext("Total price"), amount(effect.total_cents)))
    lines += [
        (called(one), amount(-effect.paid_by(one.id)))
        for one in draft.vouchers
        if one.id != effect.discount_id and effect.paid_by(one.id)
    ]
    if effect.paid_cents:
        lines.append((gettext("Left to pay"), amount(effect.rest_cents)))
    return lines


def _price_before_codes(draft: Draft) -> list[tuple[str, str]]:
    run, count = draft.offering.run, max(draft.size, 1)
    if draft.is_drop_in:
        dates = ngettext(
            "%(num)s date at %(price)s",
            "%(num)s dates at %(price)s each",
            len(draft.sessions),
            price=amount(run.drop_in_price_cents),
        )
        lines = [(dates, amount(draft.price_cents))]
        if count > 1:
            persons = ngettext("for %(num)s person", "for %(num)s persons", count)
            lines = [(f"{dates}, {persons}", amount(sum(draft.prices)))]
        return lines
    found = reckonings(draft, draft.concession)
    first = found[0].lines
    if all(one.lines == first for one in found):
        lines = [words_of(replace(line, amount_cents=line.amount_cents * count)) for line in first]
        if count > 1:
            persons = ngettext(
                "%(num)s person at %(price)s",
                "%(num)s persons at %(price)s each",
                count,
                price=amount(run.price_cents),
            )
            lines[0] = (persons, lines[0][1])
    else:
        lines = [
            (f"{name}: {words}", cents)
            for name, one in zip(draft.names, found, strict=True)
            for words, cents in map(words_of, one.lines)
        ]
    return lines


def button_words(draft: Draft) -> str:
    """What the button that sends everything says (docs/decisions/0009-order-button.md)."""
    if not draft.may_order:
        return gettext("Join the waiting list")
    return gettext(ORDER if draft.price_is_due else CONFIRM)
