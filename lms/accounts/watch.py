"""Security events for the log: sign-ins, refusals, changed rights (S-82). Never an address of a person in clear."""

import hashlib
import hmac
from typing import Any
from uuid import UUID

import structlog

from lms.audit.trail import shortened
from lms.kernel.actor import Actor


class Watch:
    """Writes security events. E-mail addresses appear as a keyed hash, equal for equal addresses."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def noticed(
        self, event: str, actor: Actor, *, email: str = "", account_id: UUID | None = None, **facts: Any
    ) -> None:
        """Log one event, such as "sign_in_failed", with where it came from and whom it concerns."""
        if email:
            facts["subject"] = hmac.new(self._secret, email.encode(), hashlib.sha256).hexdigest()[:16]
        if account_id:
            facts["account"] = str(account_id)
        structlog.get_logger("lms.security").info(
            event, address=shortened(actor.address), request_id=actor.request_id, **facts
        )
