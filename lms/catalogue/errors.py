"""What the catalogue refuses."""

from lms.kernel.errors import Invalid
from lms.kernel.marking import N_


class UnknownTopic(Invalid):
    message = N_("One of the topics does not exist any more. Please choose again.")


class UnknownCompetence(Invalid):
    message = N_("An outcome names a competence or a level that the framework does not know.")


class AgesTheWrongWayRound(Invalid):
    message = N_("The lower age limit cannot be higher than the upper one.")
