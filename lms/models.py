"""Every module's rows in one place, for Alembic and for tests that walk them all."""

from lms.accounts import models as accounts
from lms.attendance import models as attendance
from lms.audit import models as audit
from lms.billing import models as billing
from lms.billing import shares
from lms.billing.instalments import models as instalments
from lms.booking import models as booking
from lms.catalogue import models as catalogue
from lms.certification import models as certification
from lms.db import Base
from lms.dunning import models as dunning
from lms.enrolment import models as enrolment
from lms.enrolment.choices import models as choices
from lms.enrolment.conditions import models as conditions
from lms.enrolment.lists import models as interest
from lms.enrolment.minimum import models as minimum
from lms.enrolment.pricing import models as pricing
from lms.enrolment.seats import models as seats
from lms.feeds import models as feeds
from lms.jobs import models as jobs
from lms.lending import models as lending
from lms.messaging import models as messaging
from lms.payments import models as payments
from lms.people import models as people
from lms.resources import models as resources
from lms.scheduling import models as scheduling
from lms.trainers import models as trainers

METADATA = Base.metadata

__all__ = [
    "METADATA",
    "accounts",
    "attendance",
    "audit",
    "billing",
    "booking",
    "catalogue",
    "certification",
    "choices",
    "conditions",
    "dunning",
    "enrolment",
    "feeds",
    "instalments",
    "interest",
    "jobs",
    "lending",
    "messaging",
    "minimum",
    "payments",
    "people",
    "pricing",
    "resources",
    "scheduling",
    "seats",
    "shares",
    "trainers",
]
