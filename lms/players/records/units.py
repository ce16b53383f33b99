"""The units of a cmi5 package, and the names that launches give them."""

from collections.abc import Sequence
from dataclasses import fields
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

import msgspec

from content.packages.cmi5 import Unit
from lms.learning.models import Package
from lms.players.records import words
from lms.players.records.models import RecordRegistration, RecordSession
from lms.players.records.statements import Speaker, is_iri
from lms.web.playing import RECORDS

_KNOWN = frozenset(one.name for one in fields(Unit))


def units_of(package: Package) -> Sequence[Unit]:
    """In the order of the course structure, each id once."""
    listed = package.facts.get("units")
    units = [
        Unit(**{name: value for name, value in one.items() if name in _KNOWN})
        for one in (listed if isinstance(listed, list) else [])
    ]
    return tuple(
        {one.id: one for one in reversed(units)}[unit_id]
        for unit_id in dict.fromkeys(one.id for one in units)
    )


def unit_named(package: Package, unit_id: str) -> Unit | None:
    """The unit of this id; None where the package has none."""
    return next((one for one in units_of(package) if one.id == unit_id), None)


def course_activity(centre: str, package_id: UUID) -> str:
    """The activity id of the whole. `centre` is our public address; ids of publishers are no names for what they tell us (8.1.5)."""
    return f"{centre.rstrip('/')}{RECORDS}pakete/{package_id}"


def unit_activity(centre: str, package: Package, unit_id: str) -> str:
    """The activity id of a unit: it stays the same for every learner of the package."""
    place = next(number for number, one in enumerate(units_of(package), start=1) if one.id == unit_id)
    return f"{course_activity(centre, package.id)}/teile/{place}"


def speaker_of(centre: str, registration: RecordRegistration, session: RecordSession) -> Speaker:
    """Whom this session may speak of."""
    return Speaker(centre.rstrip("/"), str(registration.name), registration.id, session.id)


def publisher(unit_id: str) -> list[dict[str, str]]:
    """The publisher's own id of a unit, for the context; empty where it is no address."""
    return [{"objectType": "Activity", "id": unit_id}] if is_iri(unit_id) else []


def launch_address(folder: str, unit: Unit, speaker: Speaker, *, home: str, activity: str, fetch: str) -> str:
    """Where the unit begins (cmi5, 8.1). `folder` is the address of the package's files, with its ticket."""
    parts = urlsplit(unit.address.strip())
    told = {
        "endpoint": f"{home}{RECORDS}",
        "fetch": fetch,
        "actor": msgspec.json.encode(speaker.agent).decode(),
        "registration": str(speaker.registration),
        "activityId": activity,
    }
    query = "&".join(one for one in (parts.query, urlencode(told, quote_via=quote)) if one)
    return f"{folder}{quote(parts.path, safe='/%')}?{query}" + (
        f"#{parts.fragment}" if parts.fragment else ""
    )


def launch_data(unit: Unit, session: RecordSession) -> dict[str, object]:
    """The document LMS.LaunchData (10.2). There is no returnURL: our page stands around the unit."""
    told: dict[str, object] = {
        "contextTemplate": {
            "contextActivities": {"grouping": publisher(unit.id)},
            "extensions": {words.SESSION_ID: str(session.id)},
        },
        "launchMode": session.mode,
        "launchMethod": unit.launch_method,
        "moveOn": unit.move_on,
    }
    if unit.launch_parameters:
        told["launchParameters"] = unit.launch_parameters
    if unit.mastery is not None:
        told["masteryScore"] = unit.mastery
    if unit.entitlement_key:
        told["entitlementKey"] = {"courseStructure": unit.entitlement_key}
    return told
