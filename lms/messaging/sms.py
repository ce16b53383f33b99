"""Short messages through somebody else's gateway: anything that takes JSON over HTTP.

POST to `LMS_SMS_URL` with `Authorization: Bearer <LMS_SMS_TOKEN>` and
`{"id": "<letter>", "to": "+49…", "text": "…", "sender": "…"}`. Any answer 2xx means taken; 429 and 5xx mean "try later"; every
other answer means that nobody will ever take it. `id` is the same for every attempt, so that a gateway shows it once.
"""

from typing import Protocol

import httpx

SECONDS = 15
TOO_MANY = 429
SERVER_FAULT = 500
ANSWER_LENGTH = 300


class SmsRefused(Exception):
    """The gateway will never take this message."""


class SmsAway(Exception):
    """The gateway cannot be reached, or says "not now"."""


class Gateway(Protocol):
    """Brings a short message to a telephone."""

    async def send(self, *, message_id: str, to: str, text: str) -> None:
        """Hand it over; the same `message_id` is shown once. Raises SmsRefused, SmsAway."""


class HttpGateway:
    """A gateway that takes JSON over HTTP; redirects are not followed, so that the token stays where it belongs."""

    def __init__(self, url: str, token: str, sender: str) -> None:
        self.url, self.token, self.sender = url, token, sender

    async def send(self, *, message_id: str, to: str, text: str) -> None:
        body = {"id": message_id, "to": to, "text": text, "sender": self.sender}
        headers = {"idempotency-key": message_id}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        try:
            async with httpx.AsyncClient(timeout=SECONDS, follow_redirects=False) as client:
                answer = await client.post(self.url, json=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SmsAway(f"{type(error).__name__}: {error}") from error
        if answer.is_success:
            return
        said = f"{answer.status_code} {answer.text[:ANSWER_LENGTH]}"
        if answer.status_code == TOO_MANY or answer.status_code >= SERVER_FAULT:
            raise SmsAway(said)
        raise SmsRefused(said)
