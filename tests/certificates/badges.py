"""Credentials of all kinds, and the verifiers that judge them."""

import json
import os
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from openbadgeslib.ob3.contexts import bundled_contexts

from certificates.credential import IssuerProfile, StatusEntry, credential
from certificates.document import Certificate, Kind, Language, Module, Result, Translation
from certificates.keys import verification_methods
from certificates.proof import signed
from certificates.signing import Keyring
from tests.certificates.making import make_certificate

ROOT = Path(__file__).parents[2]
VERIFIER = Path(__file__).with_name("verify_badge.mjs")
SITE = "https://lernen.haldensleben.example"
ISSUER = IssuerProfile(id=f"{SITE}/nachweise/aussteller", name="Zentrum für digitale Bildung", url=f"{SITE}/")
LIST = f"{SITE}/nachweise/status/0"
ACHIEVEMENT = f"{SITE}/nachweise/leistung/1"
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
OLD_KEYS = Keyring.from_seed("2025", b"\x01" * 32)
KEYS = Keyring.from_seed("2026", b"\x02" * 32, {"2025": OLD_KEYS.public})
MODULES = (Module(course="Tablet", number="TB-2026-00001", units_attended=8), Module(course="Smartphone"))


def of_every_kind() -> dict[str, Certificate]:
    """One paper of each kind, and the odd ones."""
    only = {"units_attended": None, "units_planned": None}
    return {
        "attendance": make_certificate(),
        "examined": make_certificate(kind=Kind.EXAMINED),
        "examined-points": make_certificate(
            kind=Kind.EXAMINED, result=Result(exam="Abschlusstest", points=17, out_of=20)
        ),
        "education-leave": make_certificate(kind=Kind.EDUCATION_LEAVE, employer="Stadtwerke"),
        "volunteer": make_certificate(kind=Kind.VOLUNTEER, hours=40, **only),
        "path": make_certificate(kind=Kind.PATH, modules=MODULES, units_planned=None),
        "trainer": make_certificate(kind=Kind.TRAINER, units_planned=None),
        "english": make_certificate(language=Language.ENGLISH, course="Smartphones for every day"),
        "bilingual": make_certificate(
            english=Translation(course="Smartphones", outcomes=("Sending pictures", "Spotting fraud"))
        ),
        "limited": make_certificate(valid_until=date(2028, 11, 22)),
        "odd": make_certificate(course='<b>"شكرا"</b> ]]> 😀 \\ ' + "n" * 200, outcomes=()),
    }


def make_credential(certificate: Certificate | None = None, **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "issuer": ISSUER,
        "achievement_id": ACHIEVEMENT,
        "status": StatusEntry(url=LIST, index=94_567),
        "issued_at": AT,
        "threshold_percent": 80,
    }
    return credential(certificate or make_certificate(), **given | changes)


def make_badge(certificate: Certificate | None = None, keys: Keyring = KEYS, **changes: Any) -> str:
    return signed(make_credential(certificate, **changes), keys, issuer_id=ISSUER.id, created=AT)


def issuer_document(keys: Keyring = KEYS) -> dict[str, Any]:
    methods = verification_methods(ISSUER.id, keys)
    return {
        "@context": ["https://www.w3.org/ns/did/v1"],
        "id": ISSUER.id,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def judged(
    credentials: dict[str, str], documents: dict[str, Any], now: datetime = AT
) -> dict[str, dict[str, Any]]:
    """What programs that nobody here wrote say about each of these texts."""
    asked = {
        "contexts": bundled_contexts(),
        "documents": documents,
        "credentials": credentials,
        "now": now.isoformat(),
    }
    path = f"{ROOT / '.tools' / 'node' / 'bin'}:{os.environ.get('PATH', '')}"
    answer = subprocess.run(
        ["node", VERIFIER],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        timeout=120,
        env={**os.environ, "PATH": path},
    )
    said: dict[str, dict[str, Any]] = json.loads(answer.stdout)
    return said
