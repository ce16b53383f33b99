"""The keys that sign what the register keeps."""

from certificates.signing import Keyring
from lms.settings import Settings


def keyring(settings: Settings) -> Keyring:
    """The keys that sign and verify the facts, out of the settings and never out of the database (S-83)."""
    name, _, seed = settings.certificate_key.get_secret_value().partition(":")
    former = {known: bytes.fromhex(key) for known, key in settings.former_certificate_keys.items()}
    return Keyring.from_seed(name, bytes.fromhex(seed), former)
