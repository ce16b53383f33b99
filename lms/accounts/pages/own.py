"""`/konto`: what somebody sees and changes about their own account."""

from typing import Any, Self

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from wtforms.validators import ValidationError

from lms.accounts import rules, second_factor
from lms.accounts.browsers import browser_words
from lms.accounts.pages.sign_in import CodeForm, to
from lms.accounts.queries import facts_of
from lms.accounts.service.own_account import OwnAccount, Particulars
from lms.accounts.sessions import (
    asking_cookie,
    asking_cookie_name,
    ensure_fresh,
    entry_of,
    no_cookie,
    session_cookie,
    session_cookie_name,
)
from lms.db import Begin, has_sms
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import Invalid, NotFound, SignInNeeded
from lms.kernel.marking import N_
from lms.kernel.rights import NEEDS_SECOND_FACTOR
from lms.messaging.models import AddressForm, Channel
from lms.messaging.ways import takes_sms
from lms.people.ages import GENDER_CHOICES, gender_in, gender_sent
from lms.people.models import Person
from lms.web.access import SIGNED_IN
from lms.web.centre import the_centre
from lms.web.forms import (
    Email,
    Form,
    Hidden,
    Password,
    Phone,
    Radios,
    Text,
    form_from,
)
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.notices import declare
from lms.web.versions import version_in

AnyRequest = Request[Any, Any, Any]
DETAILS_SAVED = declare("angaben", N_("Your details are saved."))
PASSWORD_SAVED = declare("passwort", N_("Your password is saved. In all other browsers you are signed out."))
EMAIL_SAVED = declare("e-mail", N_("Your new e-mail address is saved."))
SECOND_STEP_REMOVED = declare("zweiter-schritt-entfernt", N_("The second step is removed."))


class ParticularsForm(Form):
    given_name = Text(
        N_("First name"), missing=N_("Enter your first name."), autocomplete="given-name", longest=100
    )
    family_name = Text(
        N_("Family name"), missing=N_("Enter your family name."), autocomplete="family-name", longest=100
    )
    phone = Phone()
    street = Text(N_("Street and number"), autocomplete="street-address")
    postal_code = Text(
        N_("Postal code"), autocomplete="postal-code", inputmode="numeric", width=5, longest=10
    )
    city = Text(N_("Town"), autocomplete="address-level2")
    language = Radios(
        N_("In which language shall we write to you?"),
        choices=[("de", N_("German")), ("en", N_("English"))],
        missing=N_("Choose a language."),
    )
    address_form = Radios(
        N_("How shall our German letters speak?"),
        hint=N_("Where a letter has no such words yet, it says “Sie”."),
        choices=[
            ("formal", N_("with “Sie”")),
            ("informal", N_("with “du”")),
            ("plain", N_("in plain words")),
        ],
    )
    channel = Radios(
        N_("How shall we reach you?"),
        choices=[
            ("email", N_("By e-mail")),
            ("post", N_("By letter")),
            ("phone", N_("By telephone")),
            ("sms", N_("By short message")),
        ],
        missing=N_("Choose how we shall reach you."),
    )
    gender = Radios(N_("Gender"), hint=N_("For the statistics, voluntary."), choices=list(GENDER_CHOICES))
    version = Hidden()

    def validate_channel(self, field: Radios) -> None:
        """A way that cannot be gone is refused, with what is missing for it."""
        if field.data == Channel.PHONE and not self.phone.data:
            raise ValidationError(gettext("Enter the telephone number that we call."))
        if field.data == Channel.SMS and not takes_sms(self.phone.data):
            raise ValidationError(
                gettext("Short messages need a mobile number. Enter it, or choose another way.")
            )
        if field.data == Channel.POST and not (self.street.data and self.city.data):
            raise ValidationError(gettext("Enter your postal address, so that letters reach you."))

    def offer(self, *, sms: bool) -> Self:
        """Short messages only where a gateway is set."""
        if not sms:
            self.channel.choices = [one for one in self.channel.choices if one[0] != Channel.SMS]
        return self


class NewPasswordForm(Form):
    password = Password(N_("New password"), missing=N_("Enter a new password."), autocomplete="new-password")


class NewEmailForm(Form):
    email = Email(N_("New e-mail address"), missing=N_("Enter the new e-mail address."))


class AppForm(Form):
    code = Text(
        N_("Code from your app"),
        missing=N_("Type the six digits that your app shows now."),
        autocomplete="one-time-code",
        inputmode="numeric",
        width=10,
        longest=20,
    )
    weiter = Hidden()


class OwnPages(Controller):
    """One's own account. What opens doors is only changed after a fresh proof (S-16)."""

    path = "/konto"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def show(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        entry = entry_of(request)
        if entry is None or actor.account_id is None:
            raise SignInNeeded
        async with begin.reading() as session:
            facts = await facts_of(session, actor.account_id, at=clock())
        browsers = [
            (browser_words(one.browser), one.seen_at, one.hash == entry.hash, one.address)
            for one in facts.browsers
        ]
        context = {
            "facts": facts,
            "browsers": browsers,
            "must_have_second_factor": bool(NEEDS_SECOND_FACTOR & set(facts.roles)),
            "offers_tokens": bool(NEEDS_SECOND_FACTOR & actor.identities),
        }
        return Template("accounts/account.html", context=context)

    @get("/angaben")
    async def particulars(self, actor: NamedDependency[Actor], begin: NamedDependency[Begin]) -> Template:
        async with begin.reading() as session:
            person = await session.get(Person, actor.person_id)
            sms = has_sms(session)
        if person is None:
            raise NotFound
        form = form_from(
            ParticularsForm, given_name=person.given_name, family_name=person.family_name, phone=person.phone,
            street=person.street, postal_code=person.postal_code, city=person.city, language=person.language,
            channel=person.channel.value, address_form=person.address_form.value, gender=gender_sent(person.gender),
            version=str(person.version),
        )  # fmt: skip
        return Template("accounts/particulars.html", context={"form": form.offer(sms=sms)})

    @post("/angaben")
    async def change_particulars(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        own_account: NamedDependency[OwnAccount],
    ) -> Template | Redirect:
        form = form_from(ParticularsForm, await request.form()).offer(sms=bool(around.settings.sms_url))
        version = version_in(form.version.data)
        if not form.validate() or version is None:
            return Template("accounts/particulars.html", context={"form": form}, status_code=422)
        new = Particulars(
            given_name=form.given_name.data, family_name=form.family_name.data, phone=form.phone.data,
            street=form.street.data or "", postal_code=form.postal_code.data or "", city=form.city.data or "",
            language=form.language.data, channel=Channel(form.channel.data), address_form=AddressForm(form.address_form.data or AddressForm.FORMAL),
            gender=gender_in(form.gender.data),
        )  # fmt: skip
        await own_account.change_particulars(actor, new, version=version)
        return to("/konto", notice=DETAILS_SAVED)

    @get("/passwort")
    async def password(self, request: AnyRequest, clock: NamedDependency[Clock]) -> Template:
        entry = ensure_fresh(request, clock)
        return Template(
            "accounts/new_password.html", context={"form": form_from(NewPasswordForm), "entry": entry}
        )

    @post("/passwort")
    async def set_password(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        own_account: NamedDependency[OwnAccount],
    ) -> Template | Redirect:
        entry = ensure_fresh(request, around.clock)
        form = form_from(NewPasswordForm, await request.form())
        if form.validate():
            try:
                ticket = await own_account.set_password(actor, entry, password=form.password.data)
                return to("/konto", session_cookie(ticket, around.settings), notice=PASSWORD_SAVED)
            except Invalid as refusal:
                form.refuse("password", refusal.message, **refusal.params)
        context = {"form": form, "entry": entry}
        return Template("accounts/new_password.html", context=context, status_code=422)

    @get("/email")
    async def email(self, request: AnyRequest, clock: NamedDependency[Clock]) -> Template:
        entry = ensure_fresh(request, clock)
        return Template("accounts/new_email.html", context={"form": form_from(NewEmailForm), "entry": entry})

    @post("/email")
    async def ask_for_new_email(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        own_account: NamedDependency[OwnAccount],
    ) -> Template | Redirect:
        entry = ensure_fresh(request, around.clock)
        form = form_from(NewEmailForm, await request.form())
        if not form.validate():
            context = {"form": form, "entry": entry}
            return Template("accounts/new_email.html", context=context, status_code=422)
        secret = await own_account.ask_for_new_email(actor, entry, email=form.email.data)
        return to("/konto/email/code", asking_cookie(secret, rules.CODE_VALID, around.settings))

    @get("/email/code")
    async def email_code(self, request: AnyRequest, clock: NamedDependency[Clock]) -> Template:
        ensure_fresh(request, clock)
        return Template("accounts/new_email_code.html", context={"form": form_from(CodeForm)})

    @post("/email/code")
    async def take_new_email(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        own_account: NamedDependency[OwnAccount],
    ) -> Template | Redirect:
        entry = ensure_fresh(request, around.clock)
        form = form_from(CodeForm, await request.form())
        browser = request.cookies.get(asking_cookie_name(around.settings), "")
        if form.validate():
            try:
                ticket = await own_account.take_new_email(actor, entry, browser=browser, code=form.code.data)
            except Invalid as refusal:
                form.refuse("code", refusal.message)
            else:
                forget = no_cookie(asking_cookie_name(around.settings), around.settings)
                return to("/konto", session_cookie(ticket, around.settings), forget, notice=EMAIL_SAVED)
        return Template("accounts/new_email_code.html", context={"form": form}, status_code=422)

    @get("/zweiter-faktor")
    async def app(
        self, request: AnyRequest, clock: NamedDependency[Clock], own_account: NamedDependency[OwnAccount]
    ) -> Template:
        entry = ensure_fresh(request, clock)
        form = form_from(AppForm, weiter=rules.own_path(request.query_params.get("weiter")))
        return self._app_page(own_account.proposed_secret(entry), entry.email, form)

    @post("/zweiter-faktor")
    async def set_up_app(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        own_account: NamedDependency[OwnAccount],
    ) -> Template:
        entry = ensure_fresh(request, around.clock)
        form = form_from(AppForm, await request.form())
        if form.validate():
            try:
                ticket, codes = await own_account.set_up_second_factor(actor, entry, code=form.code.data)
                context = {"codes": codes, "onward": rules.own_path(form.weiter.data, "/konto")}
                cookies = [session_cookie(ticket, around.settings)]
                return Template("accounts/recovery_codes.html", context=context, cookies=cookies)
            except Invalid as refusal:
                form.refuse("code", refusal.message)
        return self._app_page(own_account.proposed_secret(entry), entry.email, form, status_code=422)

    @get("/notfall-codes")
    async def recovery_codes(self, request: AnyRequest, clock: NamedDependency[Clock]) -> Template:
        ensure_fresh(request, clock)
        return Template("accounts/new_recovery_codes.html")

    @post("/notfall-codes")
    async def make_recovery_codes(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        clock: NamedDependency[Clock],
        own_account: NamedDependency[OwnAccount],
    ) -> Template:
        codes = await own_account.new_recovery_codes(actor, ensure_fresh(request, clock))
        return Template("accounts/recovery_codes.html", context={"codes": codes, "onward": "/konto"})

    @get("/zweiter-faktor/entfernen")
    async def without_app(self, request: AnyRequest, clock: NamedDependency[Clock]) -> Template:
        ensure_fresh(request, clock)
        return Template("accounts/remove_second_factor.html")

    @post("/zweiter-faktor/entfernen")
    async def remove_app(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        own_account: NamedDependency[OwnAccount],
    ) -> Redirect:
        ticket = await own_account.remove_second_factor(actor, ensure_fresh(request, around.clock))
        return to("/konto", session_cookie(ticket, around.settings), notice=SECOND_STEP_REMOVED)

    @post("/ueberall-ausloggen")
    async def leave_everywhere(
        self,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        own_account: NamedDependency[OwnAccount],
    ) -> Redirect:
        await own_account.sign_out_everywhere(actor)
        return to("/", no_cookie(session_cookie_name(around.settings), around.settings))

    @staticmethod
    def _app_page(secret: str, email: str, form: AppForm, *, status_code: int = 200) -> Template:
        address = second_factor.address_for_app(secret, email=email, issuer=the_centre().name)
        context = {
            "form": form,
            "picture": second_factor.qr_code(address, translated(N_("QR code for your app"))),
            "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        }
        return Template("accounts/app.html", context=context, status_code=status_code)
