"""Forged papers, made from a genuine one as people make them: with an editor, with a program, with a trick of the format."""

import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from zipfile import ZipFile

import pikepdf
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, String
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, StreamObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

Forgery = Callable[[bytes], bytes]
OVER = b"q 1 1 1 rg 60 560 400 60 re f Q BT /F0 30 Tf 70 580 Td (Mallory Meier) Tj ET"
WIDTH = 10
"""Figures of a place in the file that is filled in afterwards."""


@cache
def signer(name: str) -> SimpleSigner:
    """Somebody who seals, with a key and a certificate of their own making."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=4_000))
        .sign(key, SHA256())
    )
    secret = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
        signing_key=asn1_keys.PrivateKeyInfo.load(secret),
        cert_registry=SimpleCertificateStore(),
    )


def sealed(pdf: bytes, by: str = "Zentrum für digitale Bildung", field: str = "Siegel") -> bytes:
    """The paper with a seal of this name, as PAdES lays it: behind the bytes that were there."""
    out = BytesIO()
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    made = PdfSigner(
        PdfSignatureMetadata(field_name=field), signer=signer(by), new_field_spec=SigFieldSpec(field)
    )
    with ThreadPoolExecutor(1) as apart:  # it starts an event loop of its own
        apart.submit(made.sign_pdf, writer, output=out).result()
    return out.getvalue()


def saved_anew(pdf: bytes) -> bytes:
    """What a viewer does on "save as": nothing to be seen is touched."""
    return _edited(pdf, lambda _: None)


def incremental_name(pdf: bytes) -> bytes:
    """Another name drawn over the first one by an update at the end: the seal goes on covering what it covered."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0]
    before = page.raw_get("/Contents")
    page[pdf_name("/Contents")] = ArrayObject([before, writer.add_object(StreamObject(stream_data=OVER))])
    writer.update_container(page)
    return _written(writer)


def shadow_hide(pdf: bytes) -> bytes:
    """An update that brings layers which a viewer may switch off."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    layer = writer.add_object(_pdf_dictionary({"/Type": pdf_name("/OCG")}))
    off = _pdf_dictionary({"/OFF": ArrayObject([layer])})
    writer.root[pdf_name("/OCProperties")] = _pdf_dictionary({"/OCGs": ArrayObject([layer]), "/D": off})
    writer.update_root()
    return _written(writer)


def shadow_replace(pdf: bytes) -> bytes:
    """The letters stay and another font draws other shapes for them."""

    def swap(file: pikepdf.Pdf) -> None:
        fonts = [font.DescendantFonts[0].FontDescriptor for font in file.pages[0].resources.Font.values()]
        kind = "/FontFile3" if "/FontFile3" in fonts[0] else "/FontFile2"
        fonts[0][kind], fonts[1][kind] = fonts[1][kind], fonts[0][kind]

    return _edited(pdf, swap)


def wrapped_signature(pdf: bytes) -> bytes:
    """A forged paper that carries our seal, whose ranges point to our bytes, hidden somewhere in the file."""

    def point_elsewhere(file: pikepdf.Pdf) -> None:
        file.Root.Hidden = file.make_stream(pdf)
        for field in file.Root.AcroForm.Fields:
            field.V.ByteRange = Array([10**WIDTH - 1 - number for number in range(4)])
        _draw_over(file)

    with pikepdf.open(BytesIO(pdf)) as file:
        start, length, second, rest = (int(one) for one in file.Root.AcroForm.Fields[0].V.ByteRange)
    forged = _edited(pdf, point_elsewhere)
    hidden = forged.index(pdf)
    for number, place in enumerate((hidden + start, length, hidden + second, rest)):
        forged = forged.replace(str(10**WIDTH - 1 - number).encode(), str(place).zfill(WIDTH).encode())
    return forged


def added_page(pdf: bytes) -> bytes:
    return _edited(pdf, lambda file: file.add_blank_page())


def other_info(pdf: bytes) -> bytes:
    def rename(file: pikepdf.Pdf) -> None:
        file.docinfo["/Title"] = "Teilnahmebescheinigung: Mallory Meier"

    return _edited(pdf, rename)


def other_xmp(pdf: bytes) -> bytes:
    def rename(file: pikepdf.Pdf) -> None:
        metadata = file.Root.Metadata
        metadata.write(metadata.read_bytes().replace(b"Renate", b"Mallory"))

    return _edited(pdf, rename)


def without_seal(pdf: bytes) -> bytes:
    def take_off(file: pikepdf.Pdf) -> None:
        del file.Root.AcroForm
        page = file.pages[0]
        page.Annots = Array([note for note in page.Annots if note.Subtype != "/Widget"])

    return _edited(pdf, take_off)


def foreign_seal(pdf: bytes) -> bytes:
    """A forged paper with our code, sealed by somebody who calls themselves as we do."""
    return sealed(_edited(without_seal(pdf), _draw_over), field="Anderes")


def second_seal(pdf: bytes) -> bytes:
    """Somebody countersigns the genuine paper."""
    return sealed(pdf, by="Mallory Meier", field="Zweites")


def note_over_name(pdf: bytes) -> bytes:
    def note(file: pikepdf.Pdf) -> None:
        made = Dictionary(
            Type=Name.Annot,
            Subtype=Name.FreeText,
            Rect=[60, 560, 400, 620],
            Contents=String("Mallory Meier"),
            DA=String("/Helv 30 Tf 0 g"),
        )
        page = file.pages[0]
        page.Annots = Array([*page.get("/Annots", []), file.make_indirect(made)])

    return _edited(pdf, note)


def script(pdf: bytes) -> bytes:
    def add(file: pikepdf.Pdf) -> None:
        file.Root.OpenAction = Dictionary(
            S=Name.JavaScript, JS=String("this.getField('name').value='Mallory'")
        )

    return _edited(pdf, add)


def genuine_enclosed(pdf: bytes) -> bytes:
    """A paper of one's own that has ours as an attachment."""
    file = pikepdf.new()
    file.add_blank_page()
    file.attachments["nachweis.pdf"] = pikepdf.AttachedFileSpec(
        file, pdf, filename="nachweis.pdf", description="", mime_type="", creation_date="", mod_date=""
    )
    return _saved(file)


def pdf_behind_pdf(pdf: bytes) -> bytes:
    """Ours first, then a whole other file: readers take the last one."""
    return pdf + added_page(pdf)


def polyglot_html(pdf: bytes) -> bytes:
    return b"<html><body>Mallory Meier</body></html>\n" + pdf


def polyglot_zip(pdf: bytes) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("nachweis.txt", "Mallory Meier")
    return pdf + out.getvalue()


def protected(pdf: bytes) -> bytes:
    with pikepdf.open(BytesIO(pdf)) as file:
        return _saved(file, encryption=pikepdf.Encryption(owner="geheim", user="geheim"))


def cut_off(pdf: bytes) -> bytes:
    return pdf[: len(pdf) // 3]


def bomb(pdf: bytes) -> bytes:
    """A page that unpacks to half a gigabyte."""

    def blow_up(file: pikepdf.Pdf) -> None:
        packer, mega = zlib.compressobj(9), b"q Q " * 250_000
        packed = b"".join(packer.compress(mega) for _ in range(500)) + packer.flush()
        file.pages[0].Contents = file.make_stream(packed, Filter=Name.FlateDecode)

    return _edited(pdf, blow_up)


def circle(pdf: bytes) -> bytes:
    """Objects that lead back to themselves, as deep as one likes."""

    def lead_back(file: pikepdf.Pdf) -> None:
        one = file.make_indirect(Dictionary())
        deep = one
        for _ in range(500):
            deep = file.make_indirect(Dictionary(Down=deep, Up=one))
        one.Down = deep
        file.Root.Circle = deep

    return _edited(pdf, lead_back)


def _edited(pdf: bytes, edit: Callable[[pikepdf.Pdf], object]) -> bytes:
    with pikepdf.open(BytesIO(pdf)) as file:
        edit(file)
        return _saved(file)


def _saved(file: pikepdf.Pdf, encryption: pikepdf.Encryption | None = None) -> bytes:
    out = BytesIO()
    file.save(
        out,
        object_stream_mode=ObjectStreamMode.disable,
        compress_streams=False,
        fix_metadata_version=False,
        encryption=encryption or False,
        deterministic_id=encryption is None,
    )
    return out.getvalue()


def _draw_over(file: pikepdf.Pdf) -> None:
    file.pages[0].contents_add(OVER)


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _pdf_dictionary(values: dict[str, object]) -> object:
    return DictionaryObject({pdf_name(key): value for key, value in values.items()})
