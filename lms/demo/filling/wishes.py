"""What citizens wish for: a voting that is over, one for the young, one that is open now, and wishes outside of votings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.catalogue.models import Audience, Topic
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.kernel.clock import at_venue
from lms.participation.models import (
    Ballot,
    BallotAct,
    BallotEvent,
    BallotState,
    Round,
    RoundAudience,
    RoundVoter,
    Vote,
    VoterKey,
    VoteState,
    Way,
    Wish,
    WishKind,
    WishOffer,
    WishState,
)
from lms.participation.rounds import result_of
from lms.participation.similar import matching_of

OVER, YOUNG, OPEN, APART = "herbst", "jugend", "fruehling", ""
S = WishState
TOLD = (
    # round, title, text, topic, district, for whom, kind, people, state, answer
    (OVER, "Smartphone-Sprechstunde in Süplingen", "Einmal im Monat im Dorfgemeinschaftshaus, für alle, die nicht in die Stadt fahren können.", "smartphone-tablet", "Süplingen", "seniors", "want", 31, S.DONE, "Der erste Kurs hat stattgefunden. Jeden ersten Dienstag im Monat kommen wir nach Süplingen."),
    (OVER, "Elektronische Patientenakte verstehen", "Was steht darin, wer darf sie lesen, und wie sperre ich etwas?", "gesundheit-online", "Haldensleben", "seniors", "want", 27, S.PLANNED, "Der Kurs wird für das Frühjahr geplant. Die AOK schickt eine Referentin."),
    (OVER, "Fahrkarten mit dem Handy kaufen", "Bus und Bahn, auch wenn man zu zweit fährt.", "finanzen-online", "Wedringen", "seniors", "want", 22, S.PLANNED, "Der Kurs ist im Programm. Wir üben an der Haltestelle."),
    (OVER, "Excel für Vereinskassen", "Einnahmen, Ausgaben und der Bericht für die Versammlung.", "office", "Althaldensleben", "everyone", "want", 18, S.UNDER_REVIEW, "Wir suchen eine Kursleitung, die Vereine kennt."),
    (OVER, "Drohnen fliegen und filmen", "Mit Führerschein.", "fotos-medien", "Hundisburg", "everyone", "want", 12, S.REJECTED, "Für Flüge über dem Ort fehlt uns die Erlaubnis. Im Kurs „Video mit dem Smartphone“ zeigen wir, wie man gute Aufnahmen ohne Drohne macht."),
    (OVER, "Familienfotos ordnen und sichern", "Tausende Bilder auf drei Geräten: wie bekomme ich Ordnung hinein?", "fotos-medien", "Haldensleben", "everyone", "want", 16, S.DONE, "Der Kurs hat stattgefunden und kommt wieder."),
    (YOUNG, "Eigene Spiele programmieren", "Mit Godot oder Scratch, jede Woche nach der Schule.", "programmieren", "Haldensleben", "youth", "want", 14, S.PUBLISHED, ""),
    (YOUNG, "3D-Druck-Werkstatt am Samstag", "Eigene Figuren entwerfen und drucken.", "making-3d-druck", "Althaldensleben", "youth", "want", 11, S.PUBLISHED, ""),
    (YOUNG, "Podcast aus unserer Stadt", "Mikrofone, Schnitt und eine eigene Sendung.", "fotos-medien", "Haldensleben", "youth", "want", 9, S.PUBLISHED, ""),
    (YOUNG, "Was mein Handy über mich verrät", "Datenschutz für Leute ab 13.", "medienkompetenz", "", "youth", "want", 6, S.PUBLISHED, ""),
    (YOUNG, "Trickfilm mit dem Tablet", "", "fotos-medien", "Satuelle", "youth", "want", 5, S.PUBLISHED, ""),
    (OPEN, "Rechnungen per E-Mail richtig schreiben", "Für kleine Betriebe, die ab nächstem Jahr umstellen müssen.", "buchhaltung-e-rechnung", "Haldensleben", "smes", "want", 19, S.PUBLISHED, ""),
    (OPEN, "Online-Banking ohne Angst", "Mit Übungskonto, damit nichts passieren kann.", "finanzen-online", "Uthmöden", "seniors", "want", 23, S.PUBLISHED, ""),
    (OPEN, "Künstliche Intelligenz im Alltag", "Wo sie hilft, und wo man ihr nicht glauben darf.", "ki", "Haldensleben", "everyone", "want", 26, S.PUBLISHED, ""),
    (OPEN, "Videoanrufe mit den Enkeln", "WhatsApp, Signal und was sonst noch geht.", "kommunikation", "Hundisburg", "seniors", "want", 17, S.PUBLISHED, ""),
    (OPEN, "Betrug am Telefon und im Netz erkennen", "Falsche Enkel, falsche Bank, falsche Pakete.", "internet-sicherheit", "Wedringen", "seniors", "want", 21, S.PUBLISHED, ""),
    (OPEN, "Bewerbung schreiben mit dem Computer", "Auch für Menschen, die neu in der Stadt sind.", "beruf", "Althaldensleben", "everyone", "want", 8, S.PUBLISHED, ""),
    (OPEN, "Ahnenforschung im Internet", "Kirchenbücher lesen und Stammbaum zeichnen.", "medienkompetenz", "Bodendorf", "everyone", "want", 10, S.PUBLISHED, ""),
    (OPEN, "Raum im Schützenhaus für Kurse", "Platz für 20 Personen, mit Rampe und Internet.", None, "Uthmöden", "everyone", "room", 7, S.PUBLISHED, ""),
    (APART, "Ich zeige, wie man Elster benutzt", "Ich war 30 Jahre im Finanzamt und habe jetzt Zeit.", "behoerden-online", "Haldensleben", "everyone", "teach", 9, S.UNDER_REVIEW, "Wir haben uns zum Gespräch verabredet."),
    (APART, "Kurse auch am Sonntagnachmittag", "Wer Schichten arbeitet, kann sonst nie.", None, "Haldensleben", "everyone", "want", 6, S.PUBLISHED, ""),
    (APART, "Noten am Computer schreiben", "Für Chor und Blasorchester.", "fotos-medien", "Satuelle", "everyone", "want", 4, S.PUBLISHED, ""),
    (APART, "Handy-Kurs auf Ukrainisch", "", "smartphone-tablet", "Althaldensleben", "everyone", "want", 11, S.PLANNED, "Im Februar beginnt ein Kurs in zwei Sprachen."),
    (APART, "WLAN, das in jedem Zimmer reicht", "Router, Verstärker und was davon wirklich hilft.", "datentechnik", "Haldensleben", "everyone", "want", 12, S.PLANNED, "Der Kurs beginnt im neuen Jahr. Wer ihn sich gewünscht hat, kann zuerst buchen."),
    (APART, "Onlinebanking lernen", "Meine Bank macht die Filiale zu.", "finanzen-online", "Süplingen", "seniors", "want", 0, S.SUBMITTED, ""),
    (APART, "Computerhilfe für meine Nachbarin", "Frau Schulze, Gartenstraße 12, hat nach dem Schlaganfall Mühe mit dem Tablet.", "smartphone-tablet", "Haldensleben", "seniors", "want", 0, S.SUBMITTED, ""),
    (APART, "Digitale Fotografie für Einsteiger", "Blende, Zeit und ISO, mit Ausflug in den Schlosspark.", "fotos-medien", "Hundisburg", "everyone", "want", 0, S.SUBMITTED, ""),
)  # fmt: skip
SHEETS = {OVER: 14, OPEN: 6}
PRINTED = {OVER: 40, OPEN: 60, YOUNG: 30}
TYPED_BY, COUNTED_BY = 0, 1


@dataclass(slots=True)
class _Crowd:
    """The voters of one round; each has given some of their votes."""

    voting: Round | None
    keys: list[str]
    used: dict[str, int]


async def fill_wishes(ground: Ground, everybody: Everybody) -> None:
    """Rounds, wishes, votes on all ways and the protocol of their sheets."""
    rounds = {one.slug: one for one in _rounds(ground)}
    await ground.put(rounds.values())
    topics = {one.slug: one.id for one in await ground.session.scalars(select(Topic))}
    crowds = {slug: _crowd(ground, rounds.get(slug)) for slug in (OVER, YOUNG, OPEN, APART)}
    accounts = [everybody.account_of(everybody.team[key]) for key in ("sevda-yildirim", "claudia-wegmann")]
    wishes: list[Wish] = []
    for place, told in enumerate(TOLD):
        wishes.append(_wish(ground, told, place, rounds.get(told[0]), topics))
    await ground.put(wishes)
    votes: list[Vote] = []
    for wish, told in zip(wishes, TOLD, strict=True):
        votes += _votes(ground, wish, crowds[told[0]], told[7])
    for slug, number in SHEETS.items():
        votes += await _sheets(ground, rounds[slug], wishes, crowds[slug], number, accounts)
    await ground.put(_voters(crowds))
    await ground.put(votes)
    await ground.put([_offer(ground, wishes)])
    over = rounds[OVER]
    over.result, over.closed_at = await result_of(ground.session, over), over.ends_at + timedelta(days=2)


def _rounds(ground: Ground) -> Sequence[Round]:
    def at(days: int) -> datetime:
        return at_venue(ground.today + timedelta(days=days), time(0))

    common: dict[str, Any] = {"published_at": at(-120), "postal_codes": [], "created_at": at(-121)}
    found = [
        Round(
            slug=OVER, title_de="Wünsche für den Herbst", title_en="Wishes for the autumn",
            text_de="Drei Stimmen für jede Person, online, auf Papier und an der Theke.",
            text_en="Three votes for each person, online, on paper and at the counter.",
            collect_from=at(-110), discuss_from=at(-80), vote_from=at(-66), ends_at=at(-45),
            sheets_printed=PRINTED[OVER], **common,
        ),
        Round(
            slug=YOUNG, title_de="Jugend bestimmt mit", title_en="The young decide",
            text_de="Fünf Punkte für dich: Verteile sie auf die Kurse, die du willst.",
            text_en="Five points for you: give them to the courses you want.",
            collect_from=at(-40), discuss_from=at(-15), vote_from=at(-9), ends_at=at(12),
            audience=RoundAudience.YOUTH, max_age=18, votes_per_person=5, most_per_wish=3,
            sheets_printed=PRINTED[YOUNG], **common,
        ),
        Round(
            slug=OPEN, title_de="Wünsche für den Frühling", title_en="Wishes for the spring",
            text_de="Welche Kurse sollen zuerst kommen? Drei Stimmen für jede Person.",
            text_en="Which courses come first? Three votes for each person.",
            collect_from=at(-50), discuss_from=at(-20), vote_from=at(-10), ends_at=at(18),
            sheets_printed=PRINTED[OPEN], **common,
        ),
    ]  # fmt: skip
    for one in found:
        one.id = ground.key()
    return found


def _crowd(ground: Ground, voting: Round | None) -> _Crowd:
    keys = [f"demo{ground.key().hex[:28]}" for _ in range(70)]
    return _Crowd(voting, keys, {})


def _wish(
    ground: Ground, told: Sequence[object], place: int, voting: Round | None, topics: dict[str, UUID]
) -> Wish:
    _, title, text, topic, district, for_whom, kind, _, state, answer = told
    is_open = state is S.SUBMITTED
    days = 1 + place % 3 if is_open else 12 + place
    created = (
        voting.collect_from + timedelta(days=2 + place % 9) if voting else ground.now - timedelta(days=days)
    )
    wish = Wish(
        title=str(title), text=str(text), original={"title": title, "text": text}, matching=matching_of(str(title), str(text)),
        created_at=created, round_id=voting.id if voting else None, kind=WishKind(str(kind)), for_whom=Audience(str(for_whom)),
        topic_id=topics.get(str(topic)), district=str(district), state=WishState(str(state)), answer_de=str(answer),
        way=(Way.ONLINE, Way.ONLINE, Way.PHONE, Way.COUNTER)[place % 4],
        when_words=("", "vormittags", "abends", "am Wochenende")[place % 4],
        published_at=None if is_open else created + timedelta(days=1, minutes=place),
        answered_at=min(ground.now, created + timedelta(days=80)) if answer else None,
    )  # fmt: skip
    wish.id = ground.key()
    if is_open:
        wish.name, wish.email = ("Gudrun Tietz", "gudrun.tietz@example.org") if place % 2 else ("", "")
    return wish


def _votes(ground: Ground, wish: Wish, crowd: _Crowd, people: int) -> list[Vote]:
    """Votes of those who have any left; every fifth at the counter."""
    most = crowd.voting.votes_per_person if crowd.voting else 1_000
    willing = [key for key in crowd.keys[20:] if crowd.used.get(key, 0) < most]
    begins = crowd.voting.vote_from if crowd.voting else wish.published_at or ground.now
    ends = min(ground.now, crowd.voting.ends_at) if crowd.voting else ground.now
    votes = []
    for number, key in enumerate(ground.chance.sample(willing, min(people, len(willing)))):
        free = most - crowd.used.get(key, 0)
        points = (
            min(free, ground.chance.choice((1, 1, 2, 3)))
            if crowd.voting and crowd.voting.most_per_wish > 1
            else 1
        )
        crowd.used[key] = crowd.used.get(key, 0) + points
        given = begins + (ends - begins) * ground.chance.random()
        votes.append(_vote(ground, wish, key, given, Way.COUNTER if number % 5 == 4 else Way.ONLINE, points))
    return votes


def _vote(ground: Ground, wish: Wish, key: str, at: datetime, way: Way, points: int = 1) -> Vote:
    vote = Vote(
        wish_id=wish.id, voter_key=key, created_at=at, way=way, state=VoteState.COUNTED, round_id=wish.round_id,
        points=points, counted_at=at,
    )  # fmt: skip
    vote.id = ground.key()
    wish.supporters += 1
    wish.points += points
    return vote


async def _sheets(
    ground: Ground,
    voting: Round,
    wishes: Sequence[Wish],
    crowd: _Crowd,
    number: int,
    accounts: Sequence[UUID],
) -> list[Vote]:
    """Sheets typed in at the counter; one is invalid, half of them were counted a second time."""
    to_cross = [one for one in wishes if one.round_id == voting.id]
    at = min(voting.ends_at - timedelta(hours=14), ground.now - timedelta(hours=3))
    votes: list[Vote] = []
    for sheet in range(1, number + 1):
        moment = at + timedelta(minutes=2 * sheet)
        is_invalid = sheet == number
        crossed = [] if is_invalid else ground.chance.sample(to_cross, ground.chance.choice((2, 3, 3)))
        ballot = Ballot(
            round_id=voting.id, sheet=sheet, entered_at=moment, entered_by=accounts[TYPED_BY],
            choices=[{"wish": str(one.id), "points": 1} for one in sorted(crossed, key=lambda one: str(one.id))],
            state=BallotState.INVALID if is_invalid else BallotState.COUNTED, reason="too many" if is_invalid else "",
            voter_key="" if is_invalid else crowd.keys[sheet],
        )  # fmt: skip
        ballot.id = ground.key()
        await ground.put([ballot])
        for wish in crossed:
            vote = _vote(ground, wish, crowd.keys[sheet], moment, Way.PAPER)
            vote.ballot_id = ballot.id
            votes.append(vote)
        if crossed:
            crowd.used[crowd.keys[sheet]] = len(crossed)
        await ground.put(_events(ground, ballot, accounts, again=sheet % 2 == 0))
    return votes


def _events(ground: Ground, ballot: Ballot, accounts: Sequence[UUID], *, again: bool) -> list[BallotEvent]:
    acts = [(BallotAct.ENTERED, ballot.entered_at, accounts[TYPED_BY])]
    if again:
        acts.append((BallotAct.RECOUNTED, ballot.entered_at + timedelta(hours=1), accounts[COUNTED_BY]))
    events = [
        BallotEvent(
            round_id=ballot.round_id, sheet=ballot.sheet, act=act, done_at=at, done_by=by, choices=ballot.choices,
            state=ballot.state, reason=ballot.reason if act is BallotAct.ENTERED else "",
        )
        for act, at, by in acts
    ]  # fmt: skip
    for one in events:
        one.id = ground.key()
    return events


def _voters(crowds: dict[str, _Crowd]) -> list[RoundVoter | VoterKey]:
    rows: list[RoundVoter | VoterKey] = []
    for crowd in crowds.values():
        if crowd.voting is None:
            continue
        for key, used in crowd.used.items():
            rows.append(
                RoundVoter(
                    round_id=crowd.voting.id, voter_key=key, most=crowd.voting.votes_per_person, used=used
                )
            )
            rows.append(VoterKey(round_id=crowd.voting.id, key=key, voter_key=key))
    return rows


def _offer(ground: Ground, wishes: Sequence[Wish]) -> WishOffer:
    wish = next(one for one in wishes if one.title.startswith("Eigene Spiele"))
    offer = WishOffer(
        wish_id=wish.id, kind=WishKind.TEACH, name="Lukas Brandt", email="lukas.brandt@example.org", phone="",
        text="Ich studiere Informatik in Magdeburg und könnte freitags ab 15 Uhr.",
        created_at=ground.now - timedelta(days=2),
    )  # fmt: skip
    offer.id = ground.key()
    return offer
