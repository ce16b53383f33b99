"""What is written to whoever asked for news."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from lms.correspondence.news.models import News, Subscription
from lms.correspondence.news.queries import ABOUT, CourseCard
from lms.db import links_of
from lms.web.lettering import Written
from lms.web.letters import Addressee, write_letter

CONFIRM, CHOOSE = "news-confirm", "news"
FOLDER = "correspondence/letters"


def choices_path(session: AsyncSession, subscription_id: UUID) -> str:
    """The page on which somebody chooses what they want to hear of, without signing in."""
    return f"/neuigkeiten/auswahl/{subscription_id}/{links_of(session).signer.token(CHOOSE, subscription_id)}"


async def ask_to_confirm(session: AsyncSession, subscription: Subscription, *, at: datetime) -> None:
    """Double opt-in: a link to the address, or to the guardian's."""
    token = links_of(session).signer.token(CONFIRM, subscription.id)
    await write_letter(
        session, key=f"news-confirm:{uuid4()}", kind="news-confirm", template=f"{FOLDER}/news_confirm.md", at=at,
        to=Addressee(email=subscription.confirm_at_email, language=subscription.language),
        context={
            "email": subscription.email, "path": f"/neuigkeiten/bestaetigen/{subscription.id}/{token}",
            "for_child": subscription.confirm_at_email != subscription.email,
        },
        about=("news_subscription", subscription.id),
    )  # fmt: skip


async def tell_it_is_so_already(session: AsyncSession, subscription: Subscription, *, at: datetime) -> None:
    """Somebody asked again; only the reader of the address learns that it is known."""
    await write_letter(
        session, key=f"news-again:{uuid4()}", kind="news-again", template=f"{FOLDER}/news_again.md", at=at,
        to=Addressee(email=subscription.email, language=subscription.language),
        context={"path": choices_path(session, subscription.id)}, about=("news_subscription", subscription.id),
    )  # fmt: skip


async def write_news(
    session: AsyncSession,
    news: News,
    cards: list[CourseCard],
    to: Subscription,
    *,
    at: datetime,
) -> None:
    """The news, once for each reader: by e-mail alone, behind all other letters, with one click to end it."""
    token = links_of(session).signer.token(CHOOSE, to.id)
    await write_letter(
        session, key=f"news:{news.id}:{to.id}", kind="news", template=f"{FOLDER}/news.md", at=at,
        to=Addressee(email=to.email, language=to.language, id=to.person_id),
        context=_words(news, cards, choices_path(session, to.id), to.language), about=(ABOUT, news.id),
        unsubscribe=f"/neuigkeiten/abmelden/{to.id}/{token}",
    )  # fmt: skip


async def write_test(
    session: AsyncSession, news: News, cards: list[CourseCard], to: Addressee, *, at: datetime
) -> None:
    """The same to whoever wrote it, to look at."""
    await write_letter(
        session, key=f"news-test:{uuid4()}", kind="news-test", template=f"{FOLDER}/news.md", at=at, to=to,
        context=_words(news, cards, "/neuigkeiten", to.language), about=("news_test", news.id),
    )  # fmt: skip


def _words(news: News, cards: list[CourseCard], choices: str, language: str) -> dict[str, object]:
    return {
        "title": news.title,
        "words": Written(news.body),
        "cards": cards,
        "choices": choices,
        "english": language == "en",
    }
