"""Settings, read from the environment once. Every one of them stands in docs/settings.md."""

import re
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
DEMO_SECRET = "only-for-the-demo-on-this-machine-never-in-service"  # noqa: S105 - refused outside the demo
MINIMUM_SECRET = 32
MINIMUM_BBB_SECRET = 16
CERTIFICATE_KEY = r"[\w-]+:[0-9a-f]{64}"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Settings(BaseSettings):
    """What a centre configures. Raises pydantic's ValidationError, naming each setting, when one is missing or wrong."""

    model_config = SettingsConfigDict(
        env_prefix="LMS_", env_file=".env", extra="ignore", populate_by_name=True
    )

    database_url: str = Field(
        default=f"sqlite:///{ROOT / 'var' / 'lms.sqlite3'}",
        validation_alias="DATABASE_URL",
        description="Database",
    )
    port: int = Field(default=8000, ge=1, le=65535, validation_alias="PORT")
    host: str = "127.0.0.1"
    processes: int = Field(default=1, ge=1, le=64)
    public_url: str = ""
    packages_url: str = Field(default="", pattern=r"^(https?://[^\s@/?#]+)?$")
    demo: bool = False
    secrets: list[SecretStr] = Field(default_factory=list)
    certificate_key: SecretStr = SecretStr("")
    former_certificate_keys: dict[str, str] = Field(default_factory=dict)
    seal_file: Path | None = None
    seal_password: SecretStr = SecretStr("")
    seal_password_file: Path | None = None
    seal_roots: Path | None = None
    former_seals: Path | None = None
    timestamp_url: str = Field(default="", pattern=r"^(https?://[^\s@]+)?$")
    timestamp_username: str = ""
    timestamp_password: SecretStr = SecretStr("")
    timestamp_roots: Path | None = None
    trusted_proxies: list[str] = Field(default_factory=list)
    smtp_url: str = ""
    mail_sender: str = "Zentrum für digitale Bildung Haldensleben <kontakt@zdb-haldensleben.example>"
    smtp_connections: int = Field(default=4, ge=1, le=50)
    mails_per_minute: int = Field(default=0, ge=0)
    bounce_address: str = Field(default="", pattern=r"^([a-z0-9.]{1,20}@[a-z0-9.-]+)?$")
    bounce_imap_url: SecretStr = SecretStr("")
    quiet_from_hour: int = Field(default=20, ge=12, le=24)
    quiet_until_hour: int = Field(default=8, ge=0, le=12)
    sms_url: str = ""
    sms_token: SecretStr = SecretStr("")
    sms_sender: str = ""
    files: Path = ROOT / "var"
    export_folder: Path | None = None
    hold_minutes: int = Field(default=30, ge=20)
    offer_hours: int = Field(default=48, ge=1)
    offer_hours_by_letter: int = Field(default=168, ge=1)
    quiet_start_hour: int = Field(default=20, ge=0, le=23)
    cancel_free_days: int = Field(default=7, ge=0)
    cancel_fee_percent: int = Field(default=50, ge=0, le=100)
    decide_days_before: int = Field(default=7, ge=0, le=365)
    invoice_due_days: int = Field(default=14, ge=0)
    tax_note: str = "Umsatzsteuerfrei nach § 4 Nr. 22 Buchstabe a UStG"
    tax_code: str = "course_22a"
    tax_number: str = ""
    vat_id: str = Field(default="", pattern=r"^(DE\d{9})?$")
    iban: str = ""
    bic: str = ""
    creditor_id: str = ""
    debit_notice_days: int = Field(default=5, ge=1, le=14)
    debit_notice_margin_days: int = Field(default=2, ge=0, le=14)
    debit_lead_days: int = Field(default=1, ge=1, le=5)
    debit_rule: str = Field(
        default="after_start", pattern="^(after_start|day_of_month|after_second|after_enrolment)$"
    )
    debit_days: int = Field(default=14, ge=0, le=365)
    debit_days_of_month: list[int] = Field(default_factory=lambda: [1, 15], min_length=1)
    debit_charges_return_fee: bool = True
    second_person_from_cents: int = Field(default=25_000, ge=0)
    fee_cancelled_late_days: int = Field(default=2, ge=0, le=60)
    fee_cancelled_late_percent: int = Field(default=0, ge=0, le=100)
    fee_confirm_days: int = Field(default=2, ge=0, le=31)
    fee_regime: Literal["private", "public"] = "private"
    advice_hour_cents: int = Field(default=9_500, ge=0)
    dunning_days: list[int] = Field(default_factory=lambda: [7, 14, 14], min_length=3, max_length=3)
    dunning_fees_cents: list[int] = Field(default_factory=lambda: [0, 500, 1000], min_length=3, max_length=3)
    dunning_pay_days: int = Field(default=10, ge=1, le=60)
    dunning_minimum_cents: int = Field(default=500, ge=0)
    instalment_days_before: int = Field(default=2, ge=0, le=30)
    instalment_days_late: int = Field(default=7, ge=1, le=60)
    instalments_missed: int = Field(default=2, ge=1)
    accepts_education_vouchers: bool = False
    stripe_key: SecretStr = SecretStr("")
    stripe_webhook_secrets: list[SecretStr] = Field(default_factory=list)
    stripe_api: str = "https://api.stripe.com"
    stripe_pages: str = "https://checkout.stripe.com"
    bbb_url: str = ""
    bbb_secret: SecretStr = SecretStr("")
    payment_minutes: int = Field(default=45, ge=30, le=1440)
    payment_hours_by_letter: int = Field(default=72, ge=1)
    alone_from_age: int = Field(default=18, ge=16, le=18)
    drawing_processes: int = Field(default=2, ge=1, le=64)
    drawing_niceness: int = Field(default=19, ge=0, le=19)
    certificate_threshold_percent: int = Field(default=80, ge=0, le=100)
    certificate_reminder_days: list[int] = Field(default_factory=lambda: [60, 14])
    education_leave_law_de: str = "Bildungsfreistellungsgesetz des Landes Sachsen-Anhalt"
    education_leave_law_en: str = (
        "Educational Leave Act of the state of Saxony-Anhalt (Bildungsfreistellungsgesetz)"
    )
    federal_state: str = "ST"
    travel_minutes: int = Field(default=30, ge=0)
    loan_reminder_days: list[int] = Field(default_factory=lambda: [1, 7, 14], min_length=1)
    loan_block_after: int = Field(default=2, ge=1)
    loan_block_days: int = Field(default=90, ge=1)
    attendance_lock_days: int = Field(default=7, ge=1, le=365)
    join_minutes_before: int = Field(default=15, ge=0, le=1440)
    check_in_grace_minutes: int = Field(default=5, ge=0, le=60)
    attendance_photo_months: int = Field(default=24, ge=1, le=120)
    calendar_hours: int = Field(default=4, ge=1, le=168)
    calendar_patience_days: int = Field(default=7, ge=1, le=90)
    calendar_ports: list[int] = Field(default_factory=list)
    calendar_hosts: list[str] = Field(default_factory=list)
    require_proof: bool = False
    distance_rule: bool = True
    distance_rule_from: date = date(2025, 6, 12)
    lessons_kept_days: int = Field(default=365, ge=0, le=3650)
    statistics_single_units: int = Field(default=3, ge=1, le=40)
    statistics_seminar_units: int = Field(default=8, ge=1, le=100)
    stuck_days: int = Field(default=14, ge=1, le=365)
    qualification_warning_days: int = Field(default=60, ge=1, le=365)
    contract_reminder_days: int = Field(default=5, ge=1, le=60)
    contract_urgent_days: int = Field(default=7, ge=0, le=60)
    staff_idle_minutes: int = 30
    staff_session_hours: int = 12
    learner_idle_hours: int = 2
    learner_stay_days: int = 14
    learner_session_days: int = 90

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if not url.startswith(
            ("sqlite:", "postgresql:", "postgresql+asyncpg:", "sqlite+aiosqlite:", "postgres:")
        ):
            raise ValueError("DATABASE_URL starts with sqlite:/// or postgresql://")
        return url

    @field_validator("sms_url")
    @classmethod
    def _safe_gateway(cls, url: str) -> str:
        if url and not _travels_safely(urlsplit(url)):
            raise ValueError("LMS_SMS_URL starts with https://: telephone numbers do not travel in the open")
        return url

    @field_validator("bbb_url")
    @classmethod
    def _safe_meetings(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (
            not _travels_safely(parts)
            or not parts.hostname
            or parts.username
            or parts.query
            or parts.fragment
        ):
            raise ValueError("LMS_BBB_URL starts with https://, as `bbb-conf --secret` shows it")
        return url.rstrip("/").removesuffix("/api")

    @field_validator("bounce_imap_url")
    @classmethod
    def _safe_mailbox(cls, url: SecretStr) -> SecretStr:
        parts = urlsplit(url.get_secret_value())
        is_safe = parts.scheme in {"imaps", "imap+starttls"} or (
            parts.scheme == "imap" and parts.hostname in LOOPBACK
        )
        if parts.scheme and not (is_safe and parts.hostname):
            raise ValueError("LMS_BOUNCE_IMAP_URL starts with imaps:// or imap+starttls://")
        return url

    @model_validator(mode="after")
    def _sealing_is_whole(self) -> "Settings":
        if self.timestamp_url and (self.seal_file is None or self.timestamp_roots is None):
            raise ValueError(
                "LMS_TIMESTAMP_URL needs LMS_SEAL_FILE, and LMS_TIMESTAMP_ROOTS: the root certificates of the authority"
            )
        if self.bounce_imap_url.get_secret_value() and not self.bounce_address:
            raise ValueError("LMS_BOUNCE_IMAP_URL needs LMS_BOUNCE_ADDRESS: the address whose mailbox it is")
        if self.seal_password.get_secret_value() and self.seal_password_file is not None:
            raise ValueError("Set LMS_SEAL_PASSWORD or LMS_SEAL_PASSWORD_FILE, not both")
        return self

    @model_validator(mode="after")
    def _meetings_are_whole(self) -> "Settings":
        secret = self.bbb_secret.get_secret_value()
        if bool(self.bbb_url) != bool(secret):
            raise ValueError("LMS_BBB_URL and LMS_BBB_SECRET belong together: set both or none")
        if secret and len(secret) < MINIMUM_BBB_SECRET:
            raise ValueError(
                "LMS_BBB_SECRET is too short: `bbb-conf --secret` shows the secret of the server"
            )
        return self

    @model_validator(mode="after")
    def _complete(self) -> "Settings":
        if not self.public_url:
            self.public_url = f"http://{self.host}:{self.port}"
        if self.demo:
            self._complete_demo()
        else:
            self._refuse_unsafe()
        return self

    @model_validator(mode="after")
    def _packages_are_apart(self) -> "Settings":
        # not even under another port: cookies know no ports (RFC 6265, 8.5)
        if self.packages_url and urlsplit(self.packages_url).hostname == urlsplit(self.public_url).hostname:
            raise ValueError(
                "LMS_PACKAGES_URL names another host than LMS_PUBLIC_URL: packages of others must not share an address with us"
            )
        if self.packages_url.startswith("http://") and self.is_secure:
            raise ValueError("LMS_PACKAGES_URL starts with https:// when LMS_PUBLIC_URL does")
        return self

    def _complete_demo(self) -> None:
        if self.host not in LOOPBACK:
            raise ValueError(
                "LMS_DEMO never runs on a public address: remove LMS_DEMO or set LMS_HOST=127.0.0.1"
            )
        if not self.secrets:
            self.secrets = [SecretStr(DEMO_SECRET)]
        if not self.iban:  # published examples of the Bundesbank and of a bank, nobody's account
            self.iban, self.bic, self.creditor_id = (
                "DE02120300000000202051",
                "BYLADEM1001",
                "DE98ZZZ09999999999",
            )
        if not self.tax_number and not self.vat_id:  # made up, of the tax office of Haldensleben
            self.tax_number = "105/144/00018"
        if not self.certificate_key.get_secret_value():
            self.certificate_key = SecretStr("demo:" + sha256(DEMO_SECRET.encode()).hexdigest())

    def _refuse_unsafe(self) -> None:
        if not self.secrets:
            raise ValueError(
                "LMS_SECRETS is missing: a JSON list with one random text of 32 characters or more"
            )
        for secret in self.secrets:
            value = secret.get_secret_value()
            if len(value) < MINIMUM_SECRET or value == DEMO_SECRET:
                raise ValueError("LMS_SECRETS holds a secret that is too short, or the one of the demo")
        if not re.fullmatch(CERTIFICATE_KEY, self.certificate_key.get_secret_value()):
            raise ValueError(
                "LMS_CERTIFICATE_KEY is missing: a name, a colon and 64 hexadecimal digits, for example 2026:…"
            )
        if not self.smtp_url:
            raise ValueError(
                "LMS_SMTP_URL is missing: where letters are sent, for example smtp://user:secret@host:587"
            )
        if not self.public_url.startswith("https://") and self.host not in LOOPBACK:
            raise ValueError(
                "LMS_PUBLIC_URL must start with https:// when the service is reachable from outside"
            )

    @property
    def stripe_is_live(self) -> bool:
        """Whether the payment provider's key moves real money."""
        return self.stripe_key.get_secret_value().startswith(("sk_live_", "rk_live_"))

    @property
    def has_own_rooms(self) -> bool:
        """Whether sessions can meet in rooms of our own video conference (`lms.meetings`)."""
        return bool(self.bbb_url)

    @property
    def ways_to_pay(self) -> frozenset[str]:
        """The ways of paying that this centre is set up for; a run offers some of them (F-G01)."""
        ways = {"invoice", "cash"}
        if self.stripe_key.get_secret_value():
            ways.add("online")
        if self.creditor_id and self.iban:
            ways.add("direct_debit")
        return frozenset(ways)

    @property
    def is_secure(self) -> bool:
        """Whether people reach us by https, so that cookies carry Secure and the __Host- prefix (S-11)."""
        return self.public_url.startswith("https://")

    @property
    def allowed_hosts(self) -> list[str]:
        """The exact host names that requests may name (S-32)."""
        return sorted(
            {
                urlsplit(self.public_url).netloc,
                *(f"{name}:{self.port}" for name in ("127.0.0.1", "localhost")),
            }
        )

    @property
    def secret_values(self) -> list[str]:
        """The signing secrets in clear, newest first."""
        return [secret.get_secret_value() for secret in self.secrets]


class CentreSettings(BaseSettings):
    """Who runs the service and how people reach the team. The defaults are the centre it was made for, made up in part."""

    model_config = SettingsConfigDict(env_prefix="LMS_CENTRE_", env_file=".env", extra="ignore")

    name: str = "Zentrum für digitale Bildung Haldensleben"
    operator: str = "Stadt Haldensleben"
    street: str = "An der Alten Ziegelei 4"
    town: str = "39340 Haldensleben"
    phone: str = "+493904000100"
    hours_de: str = "Montag bis Freitag, 9 bis 16 Uhr"
    hours_en: str = "Monday to Friday, 9 am to 4 pm"
    email: str = "kurse@zdb-haldensleben.example"
    representative: str = "Bürgermeisterin Dr. Henrike Vollmar"
    is_public_body: bool = False


def _travels_safely(parts: SplitResult) -> bool:
    """Whether nobody on the way reads what is sent there: it is encrypted, or does not leave this machine."""
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
