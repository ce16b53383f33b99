"""The files of a course for those who take part in it."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from lms.kernel.actor import Actor
from lms.teaching.materials.reading import file_for_learner
from lms.teaching.materials.service import Materials
from lms.teaching.models import Material, MaterialKind
from lms.web.access import SIGNED_IN
from lms.web.files.kinds import kind_of
from lms.web.files.serving import handed_out
from lms.web.module import Around


class OwnMaterialDoor(Controller):
    """The files of a course that one takes part in; the right is looked at anew with each request (S-04)."""

    path = "/meine-kurse/{enrolment_id:uuid}/unterlagen"
    opt = SIGNED_IN
    include_in_schema = False

    @get("/{material_id:uuid}/datei")
    async def file(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        material_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        materials: NamedDependency[Materials],
    ) -> Response[Any]:
        """The file itself."""
        async with around.begin.reading() as session:
            material = await file_for_learner(session, actor, enrolment_id, material_id, around.clock())
        return await handed_out(
            request,
            materials.store,
            stored=material.stored,
            name=material.name,
            media_type=material.media_type,
        )


def kind_in_words(material: Material) -> str:
    """What kind of file it is, as people say it; nothing for addresses and notes."""
    return kind_of(material.name).words if material.kind is MaterialKind.FILE else ""
