"""The permission matrix: who may do what, on whose records, declared once.

The table is the one of the security design (A2). Rows are resources, columns identities, cells rights: letters
C create, R read, U change, D cancel, or a named act, then the scope after a colon: `o` own, `w` wards, `e` employees,
`t` own runs, `a` all. Several rights in one cell are separated by a space. Rights add up; nobody has any by rank.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import cache


class Identity(StrEnum):
    """In which capacity somebody acts."""

    ANONYMOUS = "AN"
    LEARNER = "LE"
    GUARDIAN = "GU"
    COMPANY_CONTACT = "CC"
    TRAINER = "TR"
    PROGRAMME = "SP"
    ENROLMENT = "SE"
    RESOURCES = "SR"
    CERTIFICATES = "SC"
    FINANCE = "FI"
    ADMINISTRATOR = "AD"


class Scope(StrEnum):
    """On whose records a right holds."""

    OWN = "o"
    WARDS = "w"
    EMPLOYEES = "e"
    OWN_RUNS = "t"
    ALL = "a"


STAFF = frozenset(
    {
        Identity.PROGRAMME,
        Identity.ENROLMENT,
        Identity.RESOURCES,
        Identity.CERTIFICATES,
        Identity.FINANCE,
        Identity.ADMINISTRATOR,
    }
)
NEEDS_SECOND_FACTOR = STAFF | {Identity.TRAINER}
"""S-12: these act only after a second factor."""

_MATRIX = """
resource        | AN       | LE    | GU          | CC   | TR         | SP     | SE       | SR    | SC                        | FI          | AD
programme       | R:a      | R:a   | R:a         | R:a  | R:a        | R:a    | R:a      | R:a   | R:a                       | R:a         | R:a
plan            | -        | -     | -           | -    | R:t        | CRUD:a | R:a      | R:a   | R:a                       | R:a tax:a   | -
session         | R:a      | R:a   | R:a         | R:a  | R:t report:t | CRUD:a | R:a    | R:a   | R:a                       | -           | -
join-link       | -        | R:o   | R:w         | -    | R:t        | RU:a   | R:a      | -     | -                         | -           | -
enrolment       | C:o      | CRD:o | CRD:w consent:w | CRD:e | R:t    | R:a    | CRUD:a   | -     | R:a                       | R:a         | -
attendance      | -        | R:o object:o | R:w object:w | R:e  | CRU:t      | R:a    | RU:a lock:a | -  | R:a                       | -           | -
progress        | -        | RU:o  | RU:w        | -    | RU:t       | -      | -        | -     | R:a                       | -           | -
lesson          | -        | R:o   | R:w         | -    | CRUD:t     | CRUD:a | -        | -     | -                         | -           | -
help-request    | C:o      | CRD:o | CRD:w       | -    | RU:t       | R:a    | -        | -     | -                         | -           | -
survey          | C:o      | C:o   | C:w         | -    | R:t        | CRUD:a | -        | -     | -                         | -           | -
package         | -        | R:o   | R:w         | -    | CRD:t      | CRUD:a | -        | -     | -                         | -           | -
invoice         | -        | R:o   | R:w         | R:e  | -          | -      | R:a      | -     | -                         | CR:a issue:a reverse:a remind:a | -
payment         | -        | C:o   | C:w         | C:e  | -          | -      | cash:a   | -     | -                         | CRU:a refund:a approve:a import:a collect:a write-off:a close:a export:a | -
voucher         | C:o      | CR:o  | -           | CR:o | -          | -      | CR:a     | -     | -                         | CRUD:a issue:a | -
certificate     | verify:a | R:o   | R:w         | R:e  | propose:t  | -      | R:a      | -     | CR:a issue:a revoke:a replace:a | -     | -
room-booking    | C:o      | CRD:o | -           | CRD:o | CRD:o     | R:a    | R:a      | CRUD:a approve:a | -              | R:a         | -
loan            | -        | R:o accept:o | R:w accept:w | R:o | CR:t handover:t | - | R:a     | CRUD:a handover:a | -             | R:a         | -
message         | -        | CR:o  | R:w         | CR:o | C:t        | C:a    | CR:a     | C:a   | C:a                       | C:a         | -
person          | -        | RU:o  | RU:w        | R:e  | R:t        | -      | CRUD:a   | R:a   | R:a                       | R:a         | -
access-need     | -        | CRUD:o | CRUD:w     | -    | R:t        | -      | R:a      | -     | -                         | -           | -
wish            | C:o      | CRD:o | CRD:w       | C:o  | R:t        | CRU:a  | C:a      | -     | -                         | -           | -
ballot          | -        | -     | -           | -    | -          | CRUD:a | CR:a     | -     | -                         | -           | -
appointment     | C:o      | CRD:o | CRD:w       | CRD:o | CRU:o     | R:a    | CRUD:a   | -     | -                         | -           | -
help-desk       | R:a      | R:a   | R:a         | R:a  | R:a serve:o | CRUD:a serve:a | CRUD:a serve:a | R:a | R:a                  | R:a         | R:a
volunteering    | -        | CRD:o | consent:w   | -    | CRD:o      | CRUD:a | CRUD:a   | -     | R:a                       | R:a pay:a   | -
digital-check   | C:o      | C:o   | -           | CRD:o | -         | CRUD:a | R:a      | -     | -                         | -           | -
training-request | C:o     | C:o   | -           | CRD:o | -         | CRUD:a | R:a      | R:a   | -                         | R:a         | -
state-aid       | -        | -     | -           | R:o  | -          | R:a    | -        | -     | -                         | CRUD:a      | -
district        | R:a      | R:a   | R:a         | R:a  | R:a        | CRUD:a | R:a      | R:a   | R:a                       | R:a         | CRUD:a
funding         | -        | -     | -           | -    | -          | RU:a   | -        | -     | -                         | CRUD:a      | -
funder-answers  | C:o      | C:o   | C:w         | -    | -          | CRUD:a | C:a      | -     | -                         | -           | -
fee-statement   | -        | -     | -           | -    | CR:o       | R:a    | -        | -     | -                         | CRUA:a      | -
fee-rate        | -        | -     | -           | -    | -          | R:a    | -        | -     | -                         | CRUD:a      | -
contract        | -        | -     | -           | -    | R:o accept:o | CRUD:a | -      | -     | -                         | R:a         | -
qualification   | -        | -     | -           | -    | R:o        | CRUD:a | -        | -     | -                         | -           | -
proposal        | -        | -     | -           | -    | CRUD:o     | RU:a   | -        | -     | -                         | -           | -
message-rule    | -        | -     | -           | -    | -          | CRUD:a | CRUD:a   | -     | -                         | -           | -
news            | -        | -     | -           | -    | -          | CR:a   | CR:a     | -     | -                         | -           | -
report          | -        | -     | -           | R:o  | R:t        | CR:a hand-in:a | R:a | R:a  | R:a                       | CR:a hand-in:a | R:a
bulk-export     | -        | own:o | own:w       | -    | attendance:t | -    | persons:a | -    | -                         | billing:a   | -
account         | -        | RU:o  | RU:o        | RU:o | RU:o       | -      | link:a   | -     | -                         | -           | CRUD:a administer:a link:a
settings        | -        | -     | -           | -    | -          | texts:a | texts:a | -     | layouts:a                 | tax:a series:a | CRUD:a
audit           | -        | R:o   | R:w         | -    | -          | -      | -        | -     | -                         | R:a         | R:a
erasure         | -        | request:o | request:w | -  | -          | -      | erase:a  | -     | -                         | -           | -
desk            | -        | -     | -           | -    | -          | R:a    | R:a      | R:a   | R:a                       | R:a         | R:a
resource        | -        | -     | -           | -    | R:t        | R:a    | R:a      | CRUD:a | R:a                      | R:a         | -
availability    | -        | -     | -           | -    | CRUD:o     | CRUD:a | R:a      | -   | -                         | -           | -
session-report  | -        | -     | -           | -    | -          | RU:a   | R:a      | RU:a  | -                       | -           | -
"""


@cache
def _rights() -> dict[tuple[str, str], dict[Identity, frozenset[Scope]]]:
    header, *rows = [
        [cell.strip() for cell in line.split("|")] for line in _MATRIX.strip().splitlines() if line.strip()
    ]
    identities = [Identity(name) for name in header[1:]]
    granted: dict[tuple[str, str], dict[Identity, frozenset[Scope]]] = {}
    for resource, *cells in rows:
        for identity, cell in zip(identities, cells, strict=True):
            for right in cell.split():
                if right == "-":
                    continue
                acts, scope = right.split(":")
                for act in acts if acts.isupper() else [acts]:
                    scopes = granted.setdefault((resource, act), {})
                    scopes[identity] = scopes.get(identity, frozenset()) | {Scope(scope)}
    return granted


def scopes(identities: Iterable[Identity], act: str, resource: str) -> frozenset[Scope]:
    """On whose records these identities may do `act` to `resource`; empty when nowhere.

    Raises KeyError for a pair that the matrix does not know, so that a typing error cannot open or close a door.
    """
    granted = _rights()[resource, act]
    return frozenset().union(*(granted.get(identity, frozenset()) for identity in identities))


def known(act: str, resource: str) -> bool:
    """Whether the matrix names this act on this resource."""
    return (resource, act) in _rights()
