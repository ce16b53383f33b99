"""Which kind is read how, besides taking part in a run."""

from collections.abc import Mapping

from certificates.document import Kind
from lms.certification.kinds import education_leave, paths, teaching, volunteers
from lms.certification.kinds.draft import Reader

OTHER_READERS: Mapping[Kind, Reader] = {
    Kind.EDUCATION_LEAVE: education_leave.read,
    Kind.VOLUNTEER: volunteers.read,
    Kind.PATH: paths.read,
    Kind.TRAINER: teaching.read,
}
