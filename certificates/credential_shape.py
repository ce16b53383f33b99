"""The one shape our credentials have: which names stand where, and what kind of value under each.

A Data Integrity proof signs the statements that the JSON makes, not its letters: a name in a place where no context
defines it, an empty list or an address that is none states nothing, and could be slipped into a signed document unseen.
So whatever we never write is refused before the proof is looked at.
"""

import re
from typing import Any, Final

from certificates.credential import CONTEXT, TYPES

_TEXT: Final = "text"
_ADDRESS: Final = "address"
_YES: Final = "yes"
_ADDRESS_LIKE = re.compile(r"(https?://|urn:uuid:)[^\s<>\"{}|\\^`]+")

_ACHIEVEMENT: dict[str, Any] = {
    "id": _ADDRESS,
    "type": ("Achievement",),
    "achievementType": _TEXT,
    "inLanguage": _TEXT,
    "name": _TEXT,
    "description": _TEXT,
    "criteria": {"narrative": _TEXT},
    "alignment": [
        {
            "type": ("Alignment",),
            "targetCode": _TEXT,
            "targetDescription": _TEXT,
            "targetFramework": _TEXT,
            "targetName": _TEXT,
            "targetUrl": _ADDRESS,
        }
    ],
    "resultDescription": [
        {
            "id": _ADDRESS,
            "type": ("ResultDescription",),
            "name": _TEXT,
            "resultType": _TEXT,
            "valueMin": _TEXT,
            "valueMax": _TEXT,
        }
    ],
}
_OURS: dict[str, Any] = {
    "@context": CONTEXT,
    "id": _ADDRESS,
    "type": TYPES,
    "name": _TEXT,
    "issuer": {"id": _ADDRESS, "type": ("Profile",), "name": _TEXT, "url": _ADDRESS},
    "validFrom": _TEXT,
    "validUntil": _TEXT,
    "credentialSubject": {
        "id": _ADDRESS,
        "type": ("AchievementSubject",),
        "identifier": [
            {
                "type": _TEXT,
                "hashed": _YES,
                "identityHash": _TEXT,
                "identityType": _TEXT,
                "salt": _TEXT,
            }
        ],
        "licenseNumber": _TEXT,
        "achievement": _ACHIEVEMENT,
        "result": [
            {"type": ("Result",), "resultDescription": _ADDRESS, "value": _TEXT, "status": _TEXT},
        ],
    },
    "evidence": [{"type": ("Evidence",), "name": _TEXT, "narrative": _TEXT}],
    "credentialStatus": {
        "id": _ADDRESS,
        "type": _TEXT,
        "statusListCredential": _ADDRESS,
        "statusListIndex": _TEXT,
        "statusPurpose": _TEXT,
    },
}
_MAY_BE_MISSING = frozenset(
    {
        "validUntil",
        "credentialStatus",
        "alignment",
        "resultDescription",
        "result",
        "value",
        "status",
        "valueMin",
        "valueMax",
    }
)


def is_shaped_like_ours(credential: dict[str, Any]) -> bool:
    """Whether every name and every value, the proof excepted, stands where we write such."""
    return _fits(credential, _OURS)


def _fits(value: object, shape: object) -> bool:
    match shape:
        case dict():
            return (
                isinstance(value, dict)
                and shape.keys() - _MAY_BE_MISSING <= value.keys() <= shape.keys()
                and all(_fits(part, shape[name]) for name, part in value.items())
            )
        case [part_shape] if isinstance(shape, list):
            return isinstance(value, list) and bool(value) and all(_fits(part, part_shape) for part in value)
        case tuple():
            return isinstance(value, list) and value == list(shape)
        case "address":
            return isinstance(value, str) and _ADDRESS_LIKE.fullmatch(value) is not None
        case "yes":
            return value is True
        case _:
            return isinstance(value, str) and bool(value)
