"""Who acts."""

from dataclasses import dataclass, field
from uuid import UUID

from lms.kernel.errors import Forbidden, SignInNeeded
from lms.kernel.rights import Identity, Scope, scopes


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody at the door, in every capacity they have right now.

    `acts_for` holds the persons of the household, `wards` those of them under 18, `companies` the companies whose
    contact the person is. `granted` holds what others allow by mandate: on whose records, which act, on which resource; these
    persons are not among `persons`. Built anew for each request (S-04). `limited_to` holds the only rights that count for somebody
    who comes with an access token, as pairs of act and resource (S-18).
    """

    identities: frozenset[Identity] = frozenset({Identity.ANONYMOUS})
    account_id: UUID | None = None
    person_id: UUID | None = None
    acts_for: frozenset[UUID] = field(default=frozenset())
    wards: frozenset[UUID] = field(default=frozenset())
    companies: frozenset[UUID] = field(default=frozenset())
    name: str = ""
    address: str = ""
    request_id: str = ""
    lacks_second_factor: bool = False
    limited_to: frozenset[tuple[str, str]] | None = None
    granted: frozenset[tuple[UUID, str, str]] = field(default=frozenset())

    @property
    def is_signed_in(self) -> bool:
        """Whether we know the account behind the request."""
        return self.account_id is not None

    @property
    def persons(self) -> frozenset[UUID]:
        """Everybody the actor may speak for in everything: oneself and the household. Ask `persons_for` about one act."""
        return self.acts_for if self.person_id is None else self.acts_for | {self.person_id}

    @property
    def principals(self) -> frozenset[UUID]:
        """Those who allow the actor something by mandate."""
        return frozenset(whose for whose, _, _ in self.granted)

    def persons_for(self, act: str, resource: str) -> frozenset[UUID]:
        """On whose records the actor may do this as a learner: oneself, the household, and whose mandate names it."""
        if not self.scopes(act, resource) & {Scope.OWN, Scope.WARDS}:
            return frozenset()
        return self.persons | {whose for whose, did, what in self.granted if (did, what) == (act, resource)}

    def scopes(self, act: str, resource: str) -> frozenset[Scope]:
        """On whose records the actor may do this; empty when nowhere."""
        granted = scopes(self.identities, act, resource)
        if self.limited_to is not None and (act, resource) not in self.limited_to:
            return frozenset()
        return granted

    def may(self, act: str, resource: str) -> bool:
        """Whether the actor may do this to anybody's record at all."""
        return bool(self.scopes(act, resource))

    def may_for_all(self, act: str, resource: str) -> bool:
        """Whether the actor may do this to everybody's record, as staff do."""
        return Scope.ALL in self.scopes(act, resource)

    def may_for(self, person_id: UUID | None, act: str, resource: str) -> bool:
        """Whether the actor may do this to the record of this person (own, household, by mandate, or all)."""
        if self.may_for_all(act, resource):
            return True
        return person_id in self.persons_for(act, resource)


ANONYMOUS = Actor()
SYSTEM = Actor(identities=frozenset(), name="system")
"""The centre's own clockwork: lapsing offers, sealing the audit trail. It holds no right; what it does is not asked for."""


def ensure(allowed: bool, actor: Actor | None = None) -> None:  # noqa: FBT001 - reads as a sentence: ensure(may(...))
    """Raise Forbidden unless allowed; for somebody not signed in, SignInNeeded."""
    if allowed:
        return
    if actor is not None and not actor.is_signed_in:
        raise SignInNeeded
    raise Forbidden
