"""Every module's rows in one place, for Alembic and for tests that walk them all."""

from lms.accounts import models as accounts
from lms.aid import models as aid
from lms.attendance import models as attendance
from lms.attendance.checkin import models as check_ins
from lms.attendance.sheets import models as attendance_sheets
from lms.audit import models as audit
from lms.banking import models as banking
from lms.billing import models as billing
from lms.billing import second_person, shares
from lms.billing import waiting_models as waiting
from lms.billing.einvoice import models as einvoices
from lms.billing.instalments import models as instalments
from lms.billing.refunds import models as refunds
from lms.billing.tax import models as tax
from lms.booking import models as booking
from lms.books import models as books
from lms.catalogue import distance_models as distance
from lms.catalogue import models as catalogue
from lms.certification import models as certification
from lms.certification.designs import models as certificate_designs
from lms.certification.eligibility import models as eligibility
from lms.certification.handing import models as hand_outs
from lms.certification.paths import models as certificate_paths
from lms.certification.wishes import models as certificate_wishes
from lms.correspondence import models as correspondence
from lms.correspondence.news import models as news
from lms.db import Base
from lms.debits import models as debits
from lms.districts import models as districts
from lms.dunning import models as dunning
from lms.enrolment import models as enrolment
from lms.enrolment.choices import models as choices
from lms.enrolment.clubs import models as members
from lms.enrolment.conditions import models as conditions
from lms.enrolment.early import models as early
from lms.enrolment.lists import models as interest
from lms.enrolment.minimum import models as minimum
from lms.enrolment.pricing import models as pricing
from lms.enrolment.seats import models as seats
from lms.feeds import models as feeds
from lms.feeds.caldav import models as synchronised
from lms.helpdesk import models as helpdesk
from lms.helpdesk.queue import models as help_queue
from lms.honoraria.contracts import models as fee_contracts
from lms.honoraria.rates import models as fee_rates
from lms.honoraria.standing import models as standing
from lms.honoraria.statements import models as fee_statements
from lms.inhouse import models as inhouse
from lms.interchange import models as interchange
from lms.jobs import models as jobs
from lms.learning import models as learning
from lms.lending import models as lending
from lms.maturity import models as maturity
from lms.meetings import models as meetings
from lms.messaging import models as messaging
from lms.messaging import wordings
from lms.participation import models as participation
from lms.payments import models as payments
from lms.people import models as people
from lms.players import models as players
from lms.players.records import models as records
from lms.practice import models as practice
from lms.quizzes import models as quizzes
from lms.reports.exporting import models as exporting
from lms.reports.freezing import models as reports
from lms.reports.funding import models as funding
from lms.reports.participants import models as funder_answers
from lms.reports.statistics import models as statistics
from lms.resources import models as resources
from lms.scheduling import invited as invitations
from lms.scheduling import models as scheduling
from lms.scheduling.clubs import models as clubs
from lms.surveys import models as surveys
from lms.teaching import models as teaching
from lms.tools import models as tools
from lms.trainers import models as trainers
from lms.trainers.busy import models as busy_calendars
from lms.trainers.qualifications import models as qualifications
from lms.volunteering import models as volunteering
from lms.vouchers import models as vouchers

METADATA = Base.metadata

__all__ = [
    "METADATA",
    "accounts",
    "aid",
    "attendance",
    "attendance_sheets",
    "audit",
    "banking",
    "billing",
    "booking",
    "books",
    "busy_calendars",
    "catalogue",
    "certificate_designs",
    "certificate_paths",
    "certificate_wishes",
    "certification",
    "check_ins",
    "choices",
    "clubs",
    "conditions",
    "correspondence",
    "debits",
    "distance",
    "districts",
    "dunning",
    "early",
    "einvoices",
    "eligibility",
    "enrolment",
    "exporting",
    "fee_contracts",
    "fee_rates",
    "fee_statements",
    "feeds",
    "funder_answers",
    "funding",
    "hand_outs",
    "help_queue",
    "helpdesk",
    "inhouse",
    "instalments",
    "interchange",
    "interest",
    "invitations",
    "jobs",
    "learning",
    "lending",
    "maturity",
    "meetings",
    "members",
    "messaging",
    "minimum",
    "news",
    "participation",
    "payments",
    "people",
    "players",
    "practice",
    "pricing",
    "qualifications",
    "quizzes",
    "records",
    "refunds",
    "reports",
    "resources",
    "scheduling",
    "seats",
    "second_person",
    "shares",
    "standing",
    "statistics",
    "surveys",
    "synchronised",
    "tax",
    "teaching",
    "tools",
    "trainers",
    "volunteering",
    "vouchers",
    "waiting",
    "wordings",
]
