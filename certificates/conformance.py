"""What WeasyPrint leaves to do for one file to be PDF/A-3a and PDF/UA-1 at once.

It writes the marks of the one or of the other. We let it write PDF/A-3a and add, before the bytes are laid down,
the mark of PDF/UA together with the schema that PDF/A wants for every foreign property (ISO 19005-3, 6.6.2.3).

And it marks running headers and page numbers as content that stands nowhere in the reading order. For PDF/UA they
are artifacts (ISO 14289-1, 7.8): what every page repeats is not read out again and again. And whatever stands inside
a link becomes a link of its own, outside the tags; the outer one is enough (7.18.5).
"""

from typing import Any

import pydyf  # type: ignore[import-untyped]
import weasyprint

FACTUR_X = "factur-x.xml"
"""The name by which a hybrid invoice is known (Factur-X 1.0, ZUGFeRD from 2.0.1 on)."""

_INVOICE = b"""
<rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">
  <fx:DocumentType>INVOICE</fx:DocumentType>
  <fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>
  <fx:Version>1.0</fx:Version>
  <fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>
</rdf:Description>"""

_INVOICE_PROPERTIES = (
    (b"DocumentFileName", b"Name of the embedded XML invoice file"),
    (b"DocumentType", b"INVOICE"),
    (b"Version", b"The version of the XML schema of the embedded invoice"),
    (b"ConformanceLevel", b"The conformance level of the embedded invoice"),
)

_INVOICE_SCHEMA = b"""<rdf:li rdf:parseType="Resource">
    <pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
    <pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>fx</pdfaSchema:prefix>
    <pdfaSchema:property><rdf:Seq>%s</rdf:Seq></pdfaSchema:property>
  </rdf:li>""" % b"".join(
    b"""<rdf:li rdf:parseType="Resource">
      <pdfaProperty:name>%s</pdfaProperty:name>
      <pdfaProperty:valueType>Text</pdfaProperty:valueType>
      <pdfaProperty:category>external</pdfaProperty:category>
      <pdfaProperty:description>%s</pdfaProperty:description>
    </rdf:li>"""
    % one
    for one in _INVOICE_PROPERTIES
)

_PDF_UA = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about=""
    xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
    xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
    xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
  <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
    <pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
    <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
      <pdfaProperty:name>part</pdfaProperty:name>
      <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
      <pdfaProperty:category>internal</pdfaProperty:category>
      <pdfaProperty:description>The part of ISO 14289 this file follows</pdfaProperty:description>
    </rdf:li></rdf:Seq></pdfaSchema:property>
  </rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>"""


def keep_outer_links(document: weasyprint.Document) -> None:
    """Leave each link one annotation a line. To be called between layout and drawing."""
    for page in document.pages:
        page.links = [link for link in page.links if (link[3].element_tag or "").split(":")[0] == "a"]


def finish(_document: object, pdf: pydyf.PDF) -> None:
    """Complete the marks. To be handed to WeasyPrint as `finisher`."""
    _mark(pdf, _PDF_UA)


def finish_invoice(_document: object, pdf: pydyf.PDF) -> None:
    """The same for a PDF that carries `factur-x.xml`: with the marks by which programs find it."""
    _mark(pdf, _INVOICE + _PDF_UA.replace(b"</rdf:Bag></pdfaExtension", _INVOICE_SCHEMA + b"</rdf:Bag></pdfaExtension"))  # fmt: skip


def _mark(pdf: pydyf.PDF, marks: bytes) -> None:
    if "AF" in pdf.catalog:  # WeasyPrint 70 lists what is attached twice
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))
    metadata = _object(pdf, pdf.catalog["Metadata"])
    metadata.stream = [part.replace(b"</rdf:RDF>", marks) for part in metadata.stream]
    numbers = _object(pdf, _object(pdf, pdf.catalog["StructTreeRoot"])["ParentTree"])["Nums"]
    elements_of = dict(zip(numbers[::2], numbers[1::2], strict=True))
    for page in [entry for entry in pdf.objects if isinstance(entry, dict) and entry.get("Type") == "/Page"]:
        _make_artifacts(pdf, _object(pdf, page["Contents"]).stream, elements_of[page["StructParents"]])


def _make_artifacts(pdf: pydyf.PDF, stream: list[Any], elements: list[Any]) -> None:
    """Turn the page's marked content whose element hangs in no tree into pagination artifacts."""
    homeless = {mark for mark, element in enumerate(elements) if not _is_read(pdf, element)}
    for mark in homeless:
        elements[mark] = "null"
    for at, operand in enumerate(stream):
        if isinstance(operand, dict) and operand.get("MCID") in homeless:
            stream[at - 1], stream[at] = "/Artifact", pydyf.Dictionary({"Type": "/Pagination"})


def _is_read(pdf: pydyf.PDF, reference: bytes) -> bool:
    element = _object(pdf, reference)
    while element["S"] != "/Document":
        parent = _object(pdf, element["P"])
        if element.reference not in parent["K"]:
            return False
        element = parent
    return True


def _object(pdf: pydyf.PDF, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]
