"""What we write to people when something has happened to their places, and when the dates of their course change."""

from collections.abc import Mapping, Sequence

from lms.enrolment import events
from lms.enrolment.letters import dates, endings, places, prices, teachers, withdrawals
from lms.enrolment.pricing.events import ConcessionDropped, ProofRefused
from lms.jobs.queue import Event
from lms.jobs.worker import Listener
from lms.scheduling.events import RunConfirmed, SessionsChanged, TrainersChanged

LISTENERS: Mapping[type[Event], Sequence[Listener]] = {
    events.PlaceConfirmed: [places.confirm_place],
    events.PutOnWaitingList: [places.confirm_spot_on_the_list],
    events.KeptForNextRun: [places.promise_the_next_run],
    events.ConsentAsked: [places.ask_for_consent],
    events.PlaceOffered: [places.offer_place],
    events.OfferLapsed: [endings.close_offer],
    events.OfferDeclined: [endings.close_offer],
    events.EnrolmentCancelled: [endings.confirm_cancellation],
    events.GoodwillGranted: [endings.tell_of_goodwill],
    events.WithdrawalDeclined: [withdrawals.answer_withdrawal],
    events.ChosenSessionsChanged: [endings.tell_of_changed_sessions],
    events.RequestExpired: [endings.close_request],
    ProofRefused: [prices.tell_of_refused_proof],
    ConcessionDropped: [prices.tell_of_full_price],
    SessionsChanged: [dates.tell_of_changes],
    TrainersChanged: [teachers.tell_of_other_trainers],
    RunConfirmed: [dates.tell_that_it_takes_place],
}
