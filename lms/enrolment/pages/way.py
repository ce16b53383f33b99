"""The way through the form: which pages somebody needs, which are answered, and what comes next."""

from collections.abc import Callable, Mapping, Sequence

from lms.enrolment.conditions.fields import all_answered
from lms.enrolment.pages.draft import Draft
from lms.enrolment.pages.draft_prices import FULL
from lms.enrolment.pages.questions import Kind, Step


def steps_of(draft: Draft) -> Sequence[Step]:
    """The pages this person needs, in their order; what is not needed is not counted.

    The address is asked late where only the invoice needs it, early where letters do.
    """
    is_company = draft.kind is Kind.COMPANY
    is_late = draft.needs_address and bool(draft.email) and not draft.asks_residence
    wanted = {
        Step.SESSIONS: draft.is_drop_in,
        Step.ACCESS: draft.offering.asks.needs_code_word or draft.offering.asks.needs_declaration,
        Step.WHO: True,
        Step.PERSON: not draft.names_list and asks_person(draft),
        Step.RESIDENCE: draft.asks_home,
        Step.COMPANY: is_company,
        Step.PARTICIPANTS: draft.names_list,
        Step.GUARDIAN: _asks_guardian(draft),
        Step.PARTY: draft.asks_rule,
        Step.CONTACT: not draft.contact_is_known,
        Step.ADDRESS: draft.needs_address and not is_late,
        Step.SUPPORT: not draft.names_list,
        Step.QUESTIONS: not draft.names_list and bool(draft.offering.asks.questions),
        Step.CONCESSION: draft.offers_concession,
        Step.PAYMENT: draft.asks_payment,
        Step.ACCOUNT: draft.asks_account,
    }
    steps = [step for step, is_wanted in wanted.items() if is_wanted]
    return [*steps, *([Step.ADDRESS] if is_late else []), Step.CHECK]


def asks_person(draft: Draft) -> bool:
    """Whether a name has to be typed, or the birth date of somebody known."""
    if draft.known is None:
        return True
    return draft.needs_birth_date and draft.known.birth_date is None


def _asks_guardian(draft: Draft) -> bool:
    if not draft.needs_consent:
        return False
    kept = draft.visitor.guardianships.get(draft.known.id) if draft.known else None
    return kept is None or not kept.emergency_phone or kept.may_go_home_alone is None


def is_answered(draft: Draft, step: Step) -> bool:
    """Whether the page has what is needed from it, as things stand now."""
    said = draft.said(step)
    if step in _MET:
        return _MET[step](draft)
    match step:
        case Step.WHO:
            answered = draft.kind is not None
        case Step.PERSON:
            has_name = draft.known is not None or bool(said.get("family_name"))
            answered = has_name and (draft.birth_date is not None or not draft.needs_birth_date)
        case Step.GUARDIAN:
            answered = bool(said) and (draft.guardian_is_named or bool(said.get("family_name")))
        case Step.PARTICIPANTS:
            has_dates = all(draft.birth_date_of(one) for one in draft.participants)
            answered = bool(draft.participants) and (has_dates or not draft.offering.needs_birth_date)
        case Step.CONTACT:
            is_reachable = bool(said.get("email") or said.get("phone"))
            answered = is_reachable and (bool(said.get("family_name")) or not draft.asks_contact_name)
        case Step.CONCESSION:  # a reason that is not offered any more is asked anew
            answered = draft.concession is not None or said.get("concession") == FULL
        case Step.PAYMENT:
            answered = draft.payment_is_settled
        case Step.CHECK:
            answered = False
        case _:
            answered = bool(said)
    return answered


def has_access(draft: Draft) -> bool:
    """Whether the code word was given, and the declaration confirmed, where the run asks for them."""
    asks, said = draft.offering.asks, draft.said(Step.ACCESS)
    seal = asks.condition.code_seal if asks.condition else ""
    has_word = not asks.needs_code_word or said.get("mark") == seal
    return has_word and (not asks.needs_declaration or bool(said.get("declared")))


_MET: Mapping[Step, Callable[[Draft], bool]] = {
    Step.SESSIONS: lambda draft: bool(draft.sessions) and not draft.has_lost_sessions,
    Step.ACCESS: has_access,
    Step.RESIDENCE: lambda draft: bool(draft.said(Step.RESIDENCE).get("postal_code")),
    Step.ACCOUNT: lambda draft: draft.has_account,
    Step.QUESTIONS: lambda draft: all_answered(
        draft.offering.asks.questions, len(draft.names), draft.said(Step.QUESTIONS)
    ),
}
"""The pages that look at more than whether something was said."""


def first_open(draft: Draft) -> Step:
    """The first page that still needs an answer; the check page when none does."""
    return next(step for step in steps_of(draft) if not is_answered(draft, step))


def is_reached(draft: Draft, step: Step) -> bool:
    """Whether everything before this page is answered."""
    steps = steps_of(draft)
    return step in steps and steps.index(step) <= steps.index(first_open(draft))


def next_after(before: Draft, after: Draft, step: Step) -> Step:
    """Where sending a page leads: on, or straight to what is still open for whoever came from the check page."""
    steps, still_open = steps_of(after), first_open(after)
    if first_open(before) is Step.CHECK or step not in steps:
        return still_open
    if step is Step.SESSIONS and still_open is Step.CHECK:  # asked anew, because a date was taken meanwhile
        return still_open
    following = steps[steps.index(step) + 1]
    return following if steps.index(following) <= steps.index(still_open) else still_open


def path_before(draft: Draft, step: Step) -> str:
    """Where "Back" leads."""
    steps = steps_of(draft)
    place = steps.index(step) if step in steps else 0
    return draft.path(steps[place - 1]) if place else draft.path()
