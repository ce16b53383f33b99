"""What the pages about people for whom somebody acts say."""

from uuid import UUID

from lms.kernel.marking import N_
from lms.people.models import Person
from lms.portal.acting.page import HERE, Page
from lms.web.language import gettext

PHOTO_QUESTION = N_("May we take photos of %(name)s for our website?")
PHOTO_ANSWER = N_("Yes, photos are fine")


def area() -> str:
    """What the overview is called."""
    return gettext("People for whom I act")


def photo_wording(name: str) -> str:
    """The words under which photos are allowed (L-40)."""
    return f"{gettext(PHOTO_QUESTION, name=name)} {gettext(PHOTO_ANSWER)}"


def adding_child() -> Page:
    return Page(
        title=gettext("Add a child"),
        area=area(),
        path=f"{HERE}/kind",
        button=gettext("Add the child"),
        sentences=[gettext("For somebody under 18 for whom you decide. You make the contracts and pay.")],
    )


def changing_child(child: Person) -> Page:
    return Page(
        title=gettext("What we know about %(name)s", name=child.given_name),
        area=area(),
        path=f"{HERE}/kind/{child.id}",
        button=gettext("Save"),
        sentences=[
            gettext(
                "The course leader sees the numbers from 24 hours before a session to 24 hours after it."
            ),
            gettext("If the birth date is wrong, please call us."),
        ],
    )


def letting_go(child: Person, *, is_enrolled: bool) -> Page:
    here = f"{HERE}/kind/{child.id}/abgeben"
    if is_enrolled:
        return Page(
            title=gettext("%(name)s is in a course", name=child.given_name),
            area=area(),
            path=HERE + "/neu",
            back=HERE,
            way_out=gettext("Back"),
            button=gettext("Add somebody"),
            sentences=[
                gettext(
                    "As long as %(name)s takes part or waits, we have to know who decides.",
                    name=child.given_name,
                ),
                gettext("Please cancel first, or call us if somebody else decides now."),
            ],
        )
    return Page(
        title=gettext("No longer decide for %(name)s?", name=child.given_name),
        area=area(),
        path=here,
        button=gettext("No longer decide"),
        way_out=gettext("Change nothing"),
        is_dangerous=True,
        sentences=[
            gettext(
                "You no longer see the courses of %(name)s, and can no longer enrol them.",
                name=child.given_name,
            ),
            gettext("What you owe for courses stays as it is. Only the team can undo this."),
        ],
    )


def asking_relative() -> Page:
    return Page(
        title=gettext("Act for somebody without e-mail"),
        area=area(),
        path=f"{HERE}/angehoerige",
        button=gettext("Ask by letter"),
        sentences=(
            gettext(
                "We write a letter to this person and ask whether they agree. The letter carries a code."
            ),
            gettext("You can also print the form for signing on the next page, and bring it to us signed."),
        ),
    )


def inviting() -> Page:
    return Page(
        title=gettext("Ask somebody with an e-mail address"),
        area=area(),
        path=f"{HERE}/einladen",
        button=gettext("Send the question"),
        sentences=(
            gettext("We write to this address. The other person signs in, sees who asks, and decides."),
            gettext("Nobody acts for anybody before that."),
        ),
    )


def leaving(household_id: UUID, person: Person, *, is_mine: bool) -> Page:
    name = person.given_name
    sentences = [gettext("Courses that are booked stay booked.")]
    if is_mine:
        sentences.insert(0, gettext("You no longer act for the others, and nobody of them acts for you."))
    else:
        sentences.insert(
            0, gettext("You no longer see the courses of %(name)s, and no longer act for them.", name=name)
        )
    return Page(
        title=gettext("Leave the household?")
        if is_mine
        else gettext("Take %(name)s out of the household?", name=name),
        area=area(),
        path=f"{HERE}/haushalt/{household_id}/{person.id}/entfernen",
        button=gettext("Leave the household") if is_mine else gettext("Take out"),
        way_out=gettext("Change nothing"),
        is_dangerous=True,
        sentences=sentences,
    )
