"""What we write to people when something has happened to their places, and when the dates of their course change."""

from collections.abc import Mapping, Sequence

from lms.billing.events import RefundAsked, RefundPaid
from lms.enrolment import events
from lms.enrolment.clubs import letters as clubs
from lms.enrolment.letters import (
    approvals,
    dates,
    endings,
    families,
    paying,
    places,
    prices,
    refunds,
    seats,
    teachers,
    withdrawals,
)
from lms.enrolment.lists import telling
from lms.enrolment.pricing.events import ConcessionDropped, ProofRefused
from lms.enrolment.seats import events as seat_events
from lms.jobs.queue import Event
from lms.jobs.worker import Listener
from lms.people.events import GuardianshipEnded
from lms.scheduling.clubs.events import ClubEnded
from lms.scheduling.events import RunConfirmed, RunPublished, SessionsChanged, TrainersChanged

LISTENERS: Mapping[type[Event], Sequence[Listener]] = {
    events.PlaceConfirmed: [places.confirm_place, seats.tell_employee_of_company],
    events.PaymentAwaited: [paying.ask_for_payment],
    events.PaymentMissed: [paying.tell_of_missed_payment],
    events.PaymentArrived: [paying.tell_of_payment],
    events.PaymentTooLate: [paying.tell_that_it_was_too_late],
    events.PutOnWaitingList: [places.confirm_spot_on_the_list],
    events.KeptForNextRun: [places.promise_the_next_run],
    events.ConsentAsked: [places.ask_for_consent],
    events.ApprovalAsked: [approvals.confirm_that_it_arrived],
    events.ApprovalRefused: [approvals.tell_of_refusal],
    events.PlaceOffered: [places.offer_place],
    events.OfferLetterWanted: [places.offer_place_again],
    events.OfferLapsed: [endings.close_offer],
    events.OfferDeclined: [endings.close_offer],
    events.EnrolmentCancelled: [endings.confirm_cancellation],
    events.GoodwillGranted: [endings.tell_of_goodwill],
    events.WithdrawalDeclined: [withdrawals.answer_withdrawal],
    events.ChosenSessionsChanged: [endings.tell_of_changed_sessions],
    events.RequestExpired: [endings.close_request],
    events.RunCancelled: [seats.tell_companies],
    seat_events.SeatsOrdered: [seats.confirm_seats],
    seat_events.SeatsGivenBack: [seats.confirm_giving_back],
    seat_events.SeatNamed: [seats.tell_employee],
    seat_events.SeatPassedOn: [seats.tell_of_passed_seat],
    seat_events.CompanyContactInvited: [seats.invite],
    RefundAsked: [refunds.ask_for_account],
    RefundPaid: [refunds.tell_of_refund],
    ProofRefused: [prices.tell_of_refused_proof],
    ConcessionDropped: [prices.tell_of_full_price],
    RunPublished: [telling.tell_of_published],
    SessionsChanged: [dates.tell_of_changes],
    TrainersChanged: [teachers.tell_of_other_trainers],
    GuardianshipEnded: [families.close_links],
    ClubEnded: [clubs.tell_of_end],
    RunConfirmed: [dates.tell_that_it_takes_place],
}
