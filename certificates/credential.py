"""The certificate as Open Badges 3.0, which is a W3C Verifiable Credential 2.0.

Says what the paper says, but for the names: of the holder stands only a salted hash, so that whoever has the badge and is
told a name can check that both belong together, and whoever finds the picture on some page learns none. (A name is easily
guessed with the salt at hand: this keeps it from being read and searched, not from being tried.) Trainers, employer,
date of birth and the days attended stand on the paper alone.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from certificates import credential_words as words
from certificates.document import Certificate, Kind, Outcome, Result

CONTEXT = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
TYPES = ("VerifiableCredential", "OpenBadgeCredential")

_ACHIEVEMENT_TYPES = {
    Kind.ATTENDANCE: "CertificateOfCompletion",
    Kind.EXAMINED: "Certificate",
    Kind.EDUCATION_LEAVE: "CertificateOfCompletion",
    Kind.VOLUNTEER: "CommunityService",
    Kind.PATH: "LearningProgram",
    Kind.TRAINER: "ext:Teaching",
}
"""Open Badges 3.0, AchievementType; what it lacks is written with `ext:`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerProfile:
    """Who signs: the address of the document with the keys, the name, and the site."""

    id: str
    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEntry:
    """Where it is published whether the credential still holds: the address of a list, and the place in it."""

    url: str
    index: int


def credential(
    certificate: Certificate,
    *,
    issuer: IssuerProfile,
    achievement_id: str,
    status: StatusEntry | None,
    issued_at: datetime,
    valid_until: datetime | None = None,
    threshold_percent: int | None = None,
) -> dict[str, Any]:
    """The credential without proof. Its id is the address that verifies the paper; equal facts give equal credentials.

    `issued_at` and `valid_until` must be aware. `achievement_id` is the address of what everybody with this kind of paper
    about this course has achieved; `threshold_percent` is the part of the units that was demanded.
    """
    moments = {"validFrom": instant(issued_at)}
    if valid_until is not None:
        moments["validUntil"] = instant(valid_until)
    return {
        "@context": list(CONTEXT),
        "id": certificate.verification_url,
        "type": list(TYPES),
        "name": _in_all(certificate, words.title, " / "),
        "issuer": {"id": issuer.id, "type": ["Profile"], "name": issuer.name, "url": issuer.url},
        **moments,
        "credentialSubject": {
            "id": f"urn:uuid:{uuid5(NAMESPACE_URL, certificate.verification_url)}",
            "type": ["AchievementSubject"],
            "identifier": [hashed_name(certificate.holder.name, salt=certificate.code)],
            "licenseNumber": certificate.number,
            "achievement": achievement(certificate, achievement_id, threshold_percent),
            **({"result": [_result(certificate.result, achievement_id)]} if certificate.result else {}),
        },
        "evidence": [
            {
                "type": ["Evidence"],
                "name": _in_all(certificate, lambda _, language: words.WORDS[language].evidence, " / "),
                "narrative": _in_all(certificate, words.evidence, "\n\n"),
            }
        ],
        **({"credentialStatus": _status(status)} if status else {}),
    }


def achievement(
    certificate: Certificate, address: str, threshold_percent: int | None = None
) -> dict[str, Any]:
    """What was achieved, without who did; the same for everybody with this kind of paper about this course."""
    aligned = _alignments(certificate)
    return {
        "id": address,
        "type": ["Achievement"],
        "achievementType": _ACHIEVEMENT_TYPES[certificate.kind],
        "inLanguage": certificate.language.value,
        "name": _in_all(certificate, words.title, " / "),
        "description": _in_all(certificate, words.description, "\n\n"),
        "criteria": {
            "narrative": _in_all(
                certificate,
                lambda paper, language: words.criteria(paper, language, threshold_percent),
                "\n\n",
            )
        },
        **({"alignment": aligned} if aligned else {}),
        **(
            {"resultDescription": [_result_description(certificate.result, address)]}
            if certificate.result
            else {}
        ),
    }


def hashed_name(name: str, *, salt: str) -> dict[str, Any]:
    """An IdentityObject of Open Badges 3.0: SHA-256 of the name followed by the salt, in hexadecimal."""
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": "sha256$" + hashlib.sha256((name + salt).encode()).hexdigest(),
        "identityType": "name",
        "salt": salt,
    }


def is_about(credential: dict[str, Any], name: str) -> bool:
    """Whether the credential was issued to somebody of exactly this name."""
    [identity] = credential["credentialSubject"]["identifier"]
    return bool(identity == hashed_name(name, salt=identity["salt"]))


def instant(moment: datetime) -> str:
    """An aware moment as XML Schema's dateTimeStamp in UTC, to the second. ValueError without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _in_all(certificate: Certificate, said: Any, between: str) -> str:
    """The same thing in each language the paper speaks, the first one first; equal words stand once."""
    return between.join(dict.fromkeys(said(certificate, language) for language in certificate.languages))


def _alignments(certificate: Certificate) -> list[dict[str, Any]]:
    spoken = words.sentences(certificate, certificate.language)
    found = [
        _alignment(outcome, words.WORDS[certificate.language].level, sentence)
        for outcome, sentence in zip(certificate.outcomes, spoken, strict=True)
        if outcome.competence
    ]
    return [one for at, one in enumerate(found) if one not in found[:at]]


def _alignment(outcome: Outcome, with_level: str, sentence: str) -> dict[str, Any]:
    return {
        "type": ["Alignment"],
        "targetCode": outcome.competence,
        "targetDescription": with_level.format(sentence=sentence, level=outcome.level)
        if outcome.level
        else sentence,
        "targetFramework": words.DIGCOMP,
        "targetName": words.COMPETENCES[outcome.competence],
        "targetUrl": words.DIGCOMP_URL,
    }


def _result_description(result: Result, address: str) -> dict[str, Any]:
    """Points where there were points, else whether it was passed."""
    scale = (
        {"resultType": "Status"}
        if result.points is None
        else {"resultType": "RawScore", "valueMin": "0", "valueMax": str(result.out_of)}
    )
    return {
        "id": f"{address}#pruefung",
        "type": ["ResultDescription"],
        "name": result.exam,
        **scale,
    }


def _result(result: Result, address: str) -> dict[str, Any]:
    said = {"status": "Completed"} if result.points is None else {"value": str(result.points)}
    return {"type": ["Result"], "resultDescription": f"{address}#pruefung", **said}


def _status(status: StatusEntry) -> dict[str, Any]:
    return {
        "id": f"{status.url}#{status.index}",
        "type": "BitstringStatusListEntry",
        "statusListCredential": status.url,
        "statusListIndex": str(status.index),
        "statusPurpose": "revocation",
    }
