"""The hosted payment page, in German and English: obviously a test, usable on a phone, by keyboard and without JavaScript."""

import re
from pathlib import Path
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tests.stripe_stand_in import methods, sessions
from tests.stripe_stand_in.calls import Answer
from tests.stripe_stand_in.desk import Desk
from tests.stripe_stand_in.problems import Refused
from tests.stripe_stand_in.store import Thing
from tests.stripe_stand_in.words import REASONS, WORDS

FOLDER = Path(__file__).parent / "pages"
TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
STYLE = "/assets/pay.css"
CARDS = ("4242 4242 4242 4242", "4000 0025 0000 3155", "4000 0000 0000 0002", "4000 0000 0000 9995")
DEBITS = ("DE89 3704 0044 0532 0130 00", "DE62 3704 0044 0532 0130 01")
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def answer(desk: Desk, method: str, path: str, body: str) -> Answer:
    """Show a page or take its form."""
    if path == STYLE:
        return Answer(200, (FOLDER / "pay.css").read_bytes(), {"Content-Type": "text/css; charset=utf-8"})
    found = re.fullmatch(r"/c/(pay|3ds)/([^/]+)", path)
    form = dict(parse_qsl(body, keep_blank_values=True))
    with desk.lock:
        desk.catch_up()
        session = _session(desk, found[2]) if found else None
        if session is None or found is None:
            return _page("gone.html", "de", status=404, title="unknown", session=None)
        if session["status"] != "open":
            return _over(session)
        if found[1] == "3ds":
            return _ask_bank(desk, session, method, form)
        return _pay(desk, session, method, form)


def _session(desk: Desk, own_id: str) -> Thing | None:
    thing = desk.store.find(own_id)
    if thing is not None and thing["object"] == "payment_intent":
        return sessions.session_of(desk, thing)
    return thing if thing is not None and thing["object"] == "checkout.session" else None


def _over(session: Thing) -> Answer:
    title = "expired" if session["status"] == "expired" else "done"
    return _page("gone.html", _language(session), title=title, session=session)


def _pay(desk: Desk, session: Thing, method: str, form: dict[str, str]) -> Answer:
    intent = desk.store.find(session["payment_intent"] or "")
    if intent is not None and intent["status"] == "requires_action" and method == "GET":
        return _to(f"/c/3ds/{intent['id']}")
    if method != "POST":
        return _form(session, {}, None)
    way = form.get("method", session["payment_method_types"][0])
    if way not in session["payment_method_types"]:
        return _form(session, form, None, problem="choose")
    try:
        if way == "card":
            paid_with = methods.make_card(desk, form.get("number", ""), form.get("name") or None)
        else:
            paid_with = methods.make_debit(desk, form.get("iban", ""), form.get("holder") or None)
    except Refused as refused:
        return _form(session, form, refused)
    return _next(desk, session, form, sessions.pay(desk, session, paid_with))


def _next(desk: Desk, session: Thing, form: dict[str, str], problem: Refused | None) -> Answer:
    if problem is not None:
        return _form(session, form, problem)
    intent = desk.store.get("payment_intent", session["payment_intent"])
    if intent["status"] == "requires_action":
        return _to(f"/c/3ds/{intent['id']}")
    return _to(sessions.return_address(session))


def _ask_bank(desk: Desk, session: Thing, method: str, form: dict[str, str]) -> Answer:
    intent = desk.store.get("payment_intent", session["payment_intent"])
    if intent["status"] != "requires_action":
        return _to(f"/c/pay/{session['id']}")
    if method != "POST":
        return _page("bank.html", _language(session), session=session, action=f"/c/3ds/{intent['id']}")
    agrees = form.get("answer") == "confirm"
    return _next(desk, session, {}, sessions.confirm(desk, session, agrees=agrees))


def _form(session: Thing, form: dict[str, str], refused: Refused | None, problem: str = "") -> Answer:
    language = _language(session)
    if refused is not None:
        error = refused.error
        reasons = REASONS[language]
        said = reasons.get(error.get("decline_code", "")) or reasons.get(error.get("code", "")) or reasons[""]
    else:
        said = WORDS[language][problem] if problem else ""
    typed = {
        "number": CARDS[0],
        "expiry": "12 / 34",
        "name": "",
        "iban": DEBITS[0],
        "holder": "",
        "method": "",
    } | form
    return _page(
        "pay.html",
        language,
        status=402 if said else 200,
        session=session,
        typed=typed,
        problem=said,
        cards=CARDS,
        debits=DEBITS,
    )


def _language(session: Thing) -> str:
    return "en" if str(session["locale"]).startswith("en") else "de"


def _page(name: str, language: str, *, status: int = 200, **context: object) -> Answer:
    html = TEMPLATES.get_template(name).render(
        _=WORDS[language],
        language=language,
        style=STYLE,
        euros=lambda cents: _euros(cents, language),
        **context,
    )
    return Answer(status, html.encode(), {"Content-Type": "text/html; charset=utf-8"} | SECURITY)


def _euros(cents: int, language: str) -> str:
    plain = f"{cents / 100:,.2f}"
    if language == "en":
        return f"€{plain}"
    return plain.translate(str.maketrans(",.", ".,")) + "\N{NO-BREAK SPACE}€"


def _to(address: str) -> Answer:
    return Answer(303, b"", {"Location": address} | SECURITY)
