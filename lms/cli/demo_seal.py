"""An electronic seal for the demonstration, with an authority of its own on a port beside ours: it has no legal force.

What it is made of lies below LMS_FILES, each file for its owner alone, and stays from one start to the next.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from lms.cli.stand_ins import free_port
from lms.demo.sealing.answering import STAMPS, Counter, serving
from lms.demo.sealing.authority import ISSUING_LIST, Authority, Issued
from lms.settings import Settings
from lms.web.centre import the_centre

FOLDER = "seal"
PASSWORD, SEAL, ROOT, FORMER = "password", "seal.p12", "root.pem", "former"
PARTS = ("root", "issuing", "stamps")
BESIDE = 11
YEARS_OF_THE_FORMER = timedelta(days=3 * 365)


@contextmanager
def demo_seal(chosen: Settings) -> Iterator[Mapping[str, str]]:
    """Let the authority answer while the block runs; the settings by which a process of ours seals with it."""
    if not chosen.demo or chosen.seal_file is not None:
        yield {}
        return
    folder = chosen.files / FOLDER
    counter = _kept(folder) or _made(folder, free_port(chosen.port + BESIDE))
    port = int(counter.authority.address.rpartition(":")[2])
    with ExitStack() as stack:
        try:
            stack.enter_context(serving(counter, port))
        except OSError:
            # somebody else has taken the port that stands in the certificates: then there are new ones
            counter = _made(folder, port := free_port())
            stack.enter_context(serving(counter, port))
        yield {
            "LMS_SEAL_FILE": str(folder / SEAL),
            "LMS_SEAL_PASSWORD_FILE": str(folder / PASSWORD),
            "LMS_FORMER_SEALS": str(folder / FORMER),
            "LMS_TIMESTAMP_URL": counter.authority.address + STAMPS,
            "LMS_TIMESTAMP_ROOTS": str(folder / ROOT),
        }


def _kept(folder: Path) -> Counter | None:
    """The authority of an earlier start, unless its seal has come to its end."""
    try:
        password = (folder / PASSWORD).read_text()
        root, issuing, stamps = (_read(folder / f"{part}.p12", password) for part in PARTS)
        seal = _read(folder / SEAL, password)
    except (OSError, ValueError):
        return None
    if seal.certificate.not_valid_after_utc < datetime.now(UTC):
        return None
    points = seal.certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    address = next(str(name.value).removesuffix(ISSUING_LIST) for name in points[0].full_name or ())
    return Counter(Authority(root, issuing, address), stamps)


def _made(folder: Path, port: int) -> Counter:
    """A new authority with a seal in use and one of former years; what was in use before is kept as former."""
    now, password, centre = datetime.now(UTC), token_urlsafe(24), the_centre().name
    former = folder / FORMER
    former.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(OSError, ValueError):
        _publish(_read(folder / SEAL, (folder / PASSWORD).read_text()).certificate, former)
    authority = Authority.new(f"http://127.0.0.1:{port}", now=now)
    issued = {
        "root.p12": authority.root,
        "issuing.p12": authority.issuing,
        "stamps.p12": authority.time_stamps(now=now),
        SEAL: authority.seal_for(centre, now=now),
    }
    _publish(
        authority.seal_for(centre, now=now - YEARS_OF_THE_FORMER, name="Früheres Testsiegel").certificate,
        former,
    )
    _write(folder / PASSWORD, password.encode())
    for name, one in issued.items():
        chain = [authority.issuing.certificate, authority.root.certificate] if name == SEAL else []
        _write(folder / name, one.pkcs12(chain, password))
    _write(folder / ROOT, authority.root.certificate.public_bytes(Encoding.PEM))
    return Counter(authority, issued["stamps.p12"])


def _publish(certificate: x509.Certificate, former: Path) -> None:
    _write(former / f"{certificate.serial_number:x}.pem", certificate.public_bytes(Encoding.PEM))


def _write(file: Path, content: bytes) -> None:
    """For its owner alone, from the first byte on."""
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(content)


def _read(file: Path, password: str) -> Issued:
    found = pkcs12.load_pkcs12(file.read_bytes(), password.encode())
    if found.cert is None or found.key is None:
        raise ValueError("not ours")
    return Issued(found.cert.certificate, found.key)  # type: ignore[arg-type]  # we wrote it: EC or RSA
