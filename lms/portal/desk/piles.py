"""The kinds of work that are counted: who does it, where, how it is said."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, or_, select

from lms.attendance.models import Objection, WalkIn, WalkInState
from lms.attendance.objections import WAITING
from lms.booking.models import Booking, BookingDate, BookingDateState
from lms.catalogue.models import Run, RunState
from lms.certification.handing.batches import still_failed
from lms.certification.models import Batch, BatchItem
from lms.certification.wishes.models import ProofWish
from lms.certification.wishes.queries import OPEN as OPEN_WISH
from lms.enrolment.models import (
    Enrolment,
    EnrolmentState,
    Offer,
    OfferState,
    Withdrawal,
    WithdrawalState,
)
from lms.enrolment.pricing.models import ConcessionClaim, ConcessionState
from lms.enrolment.pricing.reading import open_proofs
from lms.helpdesk.models import Appointment
from lms.helpdesk.rooms import lacks_room
from lms.inhouse.models import RequestState, TrainingRequest
from lms.lending.models import Loan, LoanState
from lms.messaging.models import CallState, Channel, Letter, LetterState, PhoneCall, WrongAddress
from lms.people.models import Person
from lms.people.moving import table_of
from lms.people.queries import parents_disagree
from lms.portal.desk.due import (
    RUNNING,
    came_back,
    lacks_consent,
    lockable,
    unmarked,
    waits_for_team,
    waits_to_be_wiped,
)
from lms.portal.desk.pile import Pile
from lms.portal.trainer_times import uncovered
from lms.resources.models import Reservation
from lms.scheduling.models import (
    Answer,
    RunTrainer,
    Session,
    Substitution,
    SubstitutionState,
)
from lms.teaching.models import CourseProposal, ProposalState, ReportKind, SessionReport
from lms.web.language import ngettext

PROOFS_WITHIN = timedelta(days=1)
"""So long before the start the proofs that are to be shown at the first session become a task."""


def piles(now: datetime) -> Sequence[Pile]:
    """Every kind of work that is counted, but for what is about money (`finance.piles`)."""
    exports = table_of("export_run")  # of reports, beside us
    back_at, unwiped = came_back(), waits_to_be_wiped()
    return (
        Pile(
            "U", "enrolment", "/verwaltung/anmeldungen?ansicht=einwilligung",
            lambda num: ngettext(
                "%(num)s enrolment waits for the consent of a parent or guardian",
                "%(num)s enrolments wait for the consent of a parent or guardian",
                num,
            ),
            select(func.count(), func.min(Enrolment.held_until)).where(lacks_consent()),
        ),
        Pile(
            "U", "enrolment", "/verwaltung/freigaben",
            lambda num: ngettext(
                "%(num)s enrolment waits for your decision",
                "%(num)s enrolments wait for your decision",
                num,
            ),
            select(func.count(), func.min(Enrolment.created_at)).where(waits_for_team()),
        ),
        Pile(
            "U", "enrolment", "/verwaltung/anmeldungen?ansicht=einwilligung",
            lambda num: ngettext(
                "%(num)s consent is to be cleared up by telephone: the parents disagree",
                "%(num)s consents are to be cleared up by telephone: the parents disagree",
                num,
            ),
            select(func.count(), func.min(Enrolment.held_until)).where(
                Enrolment.state == EnrolmentState.REQUESTED, parents_disagree(Enrolment.person_id)
            ),
        ),
        Pile(
            "U", "enrolment", "/verwaltung/wartelisten",
            lambda num: ngettext(
                "%(num)s offered place is not answered yet",
                "%(num)s offered places are not answered yet",
                num,
            ),
            select(func.count(), func.min(Offer.deadline)).where(Offer.state == OfferState.OPEN),
        ),
        Pile(
            "U", "enrolment", "/verwaltung/widerrufe",
            lambda num: ngettext(
                "%(num)s declaration of withdrawal has to be looked at",
                "%(num)s declarations of withdrawal have to be looked at",
                num,
            ),
            select(func.count(), func.min(Withdrawal.declared_at)).where(Withdrawal.state == WithdrawalState.OPEN),
        ),
        Pile(
            "U", "enrolment", "/verwaltung/ermaessigungsnachweise?ansicht=gesendet",
            lambda num: ngettext(
                "%(num)s proof for a reduced price has to be looked at",
                "%(num)s proofs for a reduced price have to be looked at",
                num,
            ),
            open_proofs(ConcessionState.SENT, func.min(ConcessionClaim.changed_at)),
        ),
        Pile(
            "U", "enrolment", "/verwaltung/ermaessigungsnachweise",
            lambda num: ngettext(
                "%(num)s proof for a reduced price is still missing",
                "%(num)s proofs for a reduced price are still missing",
                num,
            ),
            open_proofs(ConcessionState.MISSING, func.min(Run.starts_at)).where(
                Run.starts_at <= now + PROOFS_WITHIN
            ),
        ),
        Pile(
            "approve", "room-booking", "/verwaltung/buchungen",
            lambda num: ngettext(
                "%(num)s room request waits for a decision",
                "%(num)s room requests wait for a decision",
                num,
            ),
            select(func.count(), func.min(Booking.created_at)).where(
                exists().where(
                    BookingDate.booking_id == Booking.id, BookingDate.state == BookingDateState.REQUESTED
                )
            ),
        ),
        Pile(
            "U", "appointment", "/verwaltung/sprechstunde?ansicht=anrufen",
            lambda num: ngettext(
                "%(num)s visitor of the help desk has to be called",
                "%(num)s visitors of the help desk have to be called",
                num,
            ),
            select(func.count(), func.min(Appointment.call_since)).where(Appointment.call_since.is_not(None)),
        ),
        Pile(
            "U", "help-desk", "/verwaltung/sprechstunde/einrichten#raeume",
            lambda num: ngettext(
                "The help desk lacks its room on %(num)s day",
                "The help desk lacks its room on %(num)s days",
                num,
            ),
            select(func.count(), func.min(Reservation.starts_at)).where(lacks_room(now)),
        ),
        Pile(
            "U", "plan", "/verwaltung/vertretungen",
            lambda num: ngettext(
                "For %(num)s session somebody has to stand in",
                "For %(num)s sessions somebody has to stand in",
                num,
            ),
            select(func.count(), func.min(Session.starts_at))
            .select_from(Substitution)
            .join(Session, Session.id == Substitution.session_id)
            .where(Substitution.state == SubstitutionState.OPEN, Session.starts_at > now),
        ),
        Pile(
            "R", "message", "/verwaltung/briefe",
            lambda num: ngettext(
                "%(num)s letter has to be printed and posted",
                "%(num)s letters have to be printed and posted",
                num,
            ),
            select(func.count(), func.min(Letter.written_at)).where(
                Letter.channel == Channel.POST, Letter.state == LetterState.WAITING
            ),
        ),
        Pile(
            "R", "message", "/verwaltung/briefe?stand=fehler",
            lambda num: ngettext(
                "%(num)s letter could not be delivered",
                "%(num)s letters could not be delivered",
                num,
            ),
            select(func.count(), func.min(Letter.written_at)).where(Letter.state == LetterState.FAILED),
        ),
        Pile(
            "R", "message", "/verwaltung/briefe/adressen",
            lambda num: ngettext(
                "%(num)s e-mail address is wrong: somebody has to ask for the right one",
                "%(num)s e-mail addresses are wrong: somebody has to ask for the right ones",
                num,
            ),
            select(func.count(), func.min(WrongAddress.since)).where(
                exists().where(Person.email == WrongAddress.address, Person.merged_into_id.is_(None))
            ),
        ),
        Pile(
            "U", "enrolment", "/verwaltung/anrufliste",
            lambda num: ngettext(
                "%(num)s person wants to be called",
                "%(num)s people want to be called",
                num,
            ),
            select(
                func.count(func.distinct(PhoneCall.person_id)),
                func.min(func.coalesce(PhoneCall.deadline, PhoneCall.call_until)),
            ).where(PhoneCall.state == CallState.OPEN),
        ),
        Pile(
            "U", "attendance", "/verwaltung/anwesenheit",
            lambda num: ngettext(
                "In %(num)s session that is over somebody has no attendance mark",
                "In %(num)s sessions that are over somebody has no attendance mark",
                num,
            ),
            select(func.count(), func.min(Session.ends_at)).where(unmarked(now)),
        ),
        Pile(
            "U", "attendance", "/verwaltung/anwesenheit#ohne-platz",
            lambda num: ngettext(
                "%(num)s person came to a session without being on the list",
                "%(num)s people came to a session without being on the list",
                num,
            ),
            select(func.count(), func.min(WalkIn.recorded_at)).where(WalkIn.state == WalkInState.OPEN),
        ),
        Pile(
            "U", "attendance", "/verwaltung/anwesenheit#einwaende",
            lambda num: ngettext(
                "%(num)s person does not agree with their attendance",
                "%(num)s people do not agree with their attendance",
                num,
            ),
            select(func.count(), func.min(Objection.said_at))
            .select_from(Objection)
            .join(Session, Session.id == Objection.session_id)
            .where(*WAITING),
        ),
        Pile(
            "lock", "attendance", "/verwaltung/anwesenheit",
            lambda num: ngettext(
                "The attendance of %(num)s finished run can be closed",
                "The attendance of %(num)s finished runs can be closed",
                num,
            ),
            select(func.count(), func.min(Run.ends_at)).where(lockable(now)),
        ),
        Pile(
            "issue", "certificate", "/verwaltung/nachweise/auftraege?ansicht=fehler",
            lambda num: ngettext("%(num)s certificate has failed", "%(num)s certificates have failed", num),
            select(func.count(), func.min(Batch.started_at))
            .select_from(BatchItem)
            .join(Batch, Batch.id == BatchItem.batch_id)
            .where(still_failed()),
        ),
        Pile(
            "issue", "certificate", "/verwaltung/nachweise/wuensche",
            lambda num: ngettext(
                "%(num)s person waits for a certificate they have asked for",
                "%(num)s people wait for a certificate they have asked for",
                num,
            ),
            select(func.count(), func.min(ProofWish.asked_at)).where(OPEN_WISH),
        ),
        Pile(
            "U", "plan", "/verwaltung/durchfuehrungen?ansicht=beendet",
            lambda num: ngettext(
                "%(num)s run is over and can be completed",
                "%(num)s runs are over and can be completed",
                num,
            ),
            select(func.count(), func.min(Run.ends_at)).where(
                Run.state.in_(RUNNING), Run.ends_at <= now, Run.attendance_locked_at.is_not(None)
            ),
        ),
        Pile(
            "U", "plan", "/verwaltung/einsaetze",
            lambda num: ngettext("%(num)s trainer has said no", "%(num)s trainers have said no", num),
            select(func.count(), func.min(Run.starts_at))
            .select_from(RunTrainer)
            .join(Run, Run.id == RunTrainer.run_id)
            .where(
                RunTrainer.answer == Answer.DECLINED,
                Run.state.in_([RunState.DRAFT, *RUNNING]),
                or_(Run.starts_at.is_(None), Run.starts_at > now),
            ),
        ),
        Pile(
            "U", "plan", "/verwaltung/einsaetze",
            lambda num: ngettext(
                "At %(num)s session the trainer is away", "At %(num)s sessions the trainer is away", num
            ),
            select(func.count(), func.min(Session.starts_at)).where(uncovered(now)),
        ),
        Pile(
            "U", "loan", "/verwaltung/ausleihe?ansicht=ueberfaellig",
            lambda num: ngettext(
                "%(num)s borrowed device is overdue",
                "%(num)s borrowed devices are overdue",
                num,
            ),
            select(func.count(), func.min(Loan.due_at)).where(Loan.state == LoanState.OUT, Loan.due_at <= now),
        ),
        Pile(
            "U", "loan", "/verwaltung/ausleihe/loeschen",
            lambda num: ngettext(
                "%(num)s device waits to be wiped and checked",
                "%(num)s devices wait to be wiped and checked",
                num,
            ),
            # a pile needs a moment: when the last of them came back
            select(func.count(), func.max(back_at)).where(unwiped),
        ),
        Pile(
            "U", "loan", "/verwaltung/ausleihe?ansicht=zubehoer",
            lambda num: ngettext(
                "%(num)s accessory of a borrowed device is missing",
                "%(num)s accessories of borrowed devices are missing",
                num,
            ),
            select(func.coalesce(func.sum(Loan.missing_count), 0), func.min(Loan.returned_at)).where(
                Loan.missing_count > 0
            ),
        ),
        Pile(
            "U", "training-request", "/verwaltung/firmenanfragen",
            lambda num: ngettext(
                "%(num)s company waits for an answer to its request for training",
                "%(num)s companies wait for an answer to their request for training",
                num,
            ),
            select(func.count(), func.min(TrainingRequest.created_at)).where(
                TrainingRequest.state.in_((RequestState.NEW, RequestState.CLARIFYING))
            ),
        ),
        Pile(
            "U", "training-request", "/verwaltung/firmenanfragen?ansicht=angenommen",
            lambda num: ngettext(
                "%(num)s company has accepted an offer: its closed run has to be made",
                "%(num)s companies have accepted an offer: their closed runs have to be made",
                num,
            ),
            select(func.count(), func.min(TrainingRequest.changed_at)).where(
                TrainingRequest.state == RequestState.ACCEPTED
            ),
        ),
        Pile(
            "U", "proposal", "/verwaltung/vorschlaege",
            lambda num: ngettext(
                "%(num)s proposed course waits for an answer", "%(num)s proposed courses wait for an answer", num
            ),
            select(func.count(), func.min(CourseProposal.submitted_at)).where(
                CourseProposal.state == ProposalState.SUBMITTED
            ),
        ),
        Pile(
            "U", "plan", "/verwaltung/meldungen",
            lambda num: ngettext(
                "%(num)s report from a session waits for an answer", "%(num)s reports from sessions wait for an answer", num
            ),
            select(func.count(), func.min(SessionReport.reported_at)).where(
                SessionReport.answered_at.is_(None), SessionReport.kind.in_((ReportKind.DROPS_OUT, ReportKind.OTHER))
            ),
        ),
        Pile(
            "U", "resource", "/verwaltung/meldungen",
            lambda num: ngettext(
                "%(num)s report about a room or devices waits for an answer",
                "%(num)s reports about rooms or devices wait for an answer",
                num,
            ),
            select(func.count(), func.min(SessionReport.reported_at)).where(
                SessionReport.answered_at.is_(None), SessionReport.kind.in_((ReportKind.ROOM, ReportKind.DEVICES))
            ),
        ),
        Pile(
            "C", "report", "/verwaltung/berichte/ausgaben",
            lambda num: ngettext("%(num)s export has failed", "%(num)s exports have failed", num),
            select(func.count(), func.min(exports.c.due_at)).where(exports.c.state == "failed"),
        ),
    )  # fmt: skip
