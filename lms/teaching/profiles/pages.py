"""One's own page for the public: `/kursleitung/profil` to write it, `/kursleitungen/<id>` to be seen."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.catalogue.models import Topic
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.teaching.models import TrainerPortrait
from lms.teaching.profiles.reading import PATH, Profile, profile_of, public_profile
from lms.teaching.profiles.service import Portrayal, Profiles
from lms.web.access import PUBLIC, may
from lms.web.forms import Checkbox, Checkboxes, Form, Hidden, TextArea, Upload, form_from
from lms.web.language import current_language
from lms.web.notices import SAVED, after
from lms.web.versions import Versions, both_versions

HERE = "/kursleitung/profil"
PICTURE_HEADERS = {
    "Cache-Control": "no-store",  # withdrawn at once
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "sandbox",
}
"""S-61: shown within a page, and never opened as one."""
UNSEEN = {"cache-control": "no-store"}


class ProfileForm(Form):
    """What somebody says about themselves."""

    bio_de = TextArea(
        N_("About you, in German"), rows=6, longest=2_000,
        hint=N_("For example: what you teach, since when, what you enjoy about it. Please no address and no telephone number."),
    )  # fmt: skip
    bio_en = TextArea(N_("About you, in English"), rows=6, longest=2_000)
    topics = Checkboxes(N_("Which of your topics are shown?"), is_asked=True)
    public = Checkbox(
        N_("Everybody may see this page"),
        hint=N_(
            "Without this tick nobody sees it. You can take it back at any time; the page is gone at once."
        ),
    )
    seen = Hidden(longest=6_000)


class PictureForm(Form):
    """A picture of oneself."""

    file = Upload(
        N_("Picture"),
        is_asked=True,
        hint=N_("JPEG, PNG or WebP, at most 5 MB. Where it was taken is not kept."),
    )


class OwnProfilePages(Controller):
    """For trainers, about themselves."""

    path = HERE
    opt = may("U", "availability")
    include_in_schema = False

    @get()
    async def ask(self, actor: NamedDependency[Actor], begin: NamedDependency[Begin]) -> Template:
        """The form, the picture, the preview."""
        profile = await _own(begin, actor)
        return _page(profile, _form(profile), form_from(PictureForm))

    @post()
    async def save(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        profiles: NamedDependency[Profiles],
    ) -> Template | Redirect:
        """Write it; whoever was slower, on another device, sees both versions."""
        profile = await _own(begin, actor)
        form = _knowing(form_from(ProfileForm, await request.form()), profile)
        versions, status = None, 422
        if form.validate():
            portrayal = Portrayal(
                bio_de=form.bio_de.data or "",
                bio_en=form.bio_en.data or "",
                topics=tuple(form.topics.data or ()),
                is_public=bool(form.public.data),
            )
            try:
                await profiles.save(actor, portrayal=portrayal, seen=form.seen.data or "")
                return after(HERE, SAVED)
            except Stale as refusal:
                versions = both_versions(form, _form(profile), marks=["seen"], keep=HERE)
                status = refusal.status
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("public", refusal.message)
                status = refusal.status
        return _page(profile, form, form_from(PictureForm), status=status, versions=versions)

    @post("/bild")
    async def picture(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        profiles: NamedDependency[Profiles],
    ) -> Template | Redirect:
        """Another picture."""
        form, status = form_from(PictureForm, await request.form()), 422
        if form.file.data is None:
            form.refuse("file", N_("Choose a picture."))
        else:
            try:
                content = await form.file.data.read()
                await profiles.show_picture(actor, name=form.file.data.filename, content=content)
                return after(HERE, SAVED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("file", refusal.message)
                status = refusal.status
        profile = await _own(begin, actor)
        return _page(profile, _form(profile), form, status=status)

    @post("/bild/entfernen")
    async def remove(self, actor: NamedDependency[Actor], profiles: NamedDependency[Profiles]) -> Redirect:
        """No picture."""
        await profiles.remove_picture(actor)
        return after(HERE, SAVED)

    @get("/bild")
    async def own_picture(
        self, actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Response[bytes]:
        """One's own picture, also while nobody else sees it."""
        return await _picture(begin, actor.person_id)


class PublicProfilePages(Controller):
    """For everybody, while the trainer wants it."""

    path = f"{PATH}/{{trainer_id:uuid}}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def show(
        self, trainer_id: FromPath[UUID], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """The page."""
        async with begin.reading() as session:
            profile = await public_profile(session, trainer_id, today(clock))
        return Template(
            "teaching/profiles/public.html",
            context={"profile": profile, "topics": [_named(one) for one in profile.shown]},
            headers=UNSEEN,
        )

    @get("/bild/{mark:str}")
    async def picture(
        self,
        trainer_id: FromPath[UUID],
        mark: FromPath[str],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Response[bytes]:
        """The picture, as long as the page is there."""
        async with begin.reading() as session:
            profile = await public_profile(session, trainer_id, today(clock))
        if mark != profile.portrait or not mark:
            raise NotFound
        return await _picture(begin, profile.person.id)


async def _picture(begin: Begin, person_id: UUID | None) -> Response[bytes]:
    async with begin.reading() as session:
        image = await session.scalar(
            select(TrainerPortrait.image).where(TrainerPortrait.person_id == person_id)
        )
    if image is None:
        raise NotFound
    return Response(image, media_type="image/jpeg", headers=PICTURE_HEADERS)


async def _own(begin: Begin, actor: Actor) -> Profile:
    async with begin.reading() as session:
        return await profile_of(session, actor.person_id)


def _named(topic: Topic) -> str:
    return (current_language() == "en" and topic.name_en) or topic.name_de


def _knowing(form: ProfileForm, profile: Profile) -> ProfileForm:
    form.topics.choices = [(one.slug, _named(one)) for one in profile.possible]
    return form


def _form(profile: Profile) -> ProfileForm:
    trainer = profile.trainer
    form = form_from(
        ProfileForm, bio_de=trainer.bio_de, bio_en=trainer.bio_en, public=trainer.is_public,
        topics=[one.slug for one in profile.shown], seen=profile.seen,
    )  # fmt: skip
    return _knowing(form, profile)


def _page(
    profile: Profile,
    form: ProfileForm,
    picture: PictureForm,
    *,
    status: int = 200,
    versions: Versions | None = None,
) -> Template:
    wrong = picture if picture.errors else form
    context = {
        "profile": profile,
        "topics": [_named(one) for one in profile.shown],
        "form": wrong,
        "words": form,
        "picture": picture,
        "here": HERE,
        "versions": versions,
    }
    return Template("teaching/profiles/own.html", context=context, status_code=status, headers=UNSEEN)
