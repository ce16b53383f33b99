"""Hands that have no mouse: what has the focus is found with Tab and taken with Enter, Space and the arrows."""

from playwright.sync_api import Locator, Page, expect

STEPS = 120
NAME = "(document.activeElement.getAttribute('aria-label') || document.activeElement.innerText).trim()"


def press_until(page: Page, name: str, key: str = "Tab") -> None:
    """Tab on until what has the focus is called so, press Enter, and wait for the page that comes of it."""
    for _ in range(STEPS):
        page.keyboard.press(key)
        if page.evaluate(NAME).startswith(name):
            with page.expect_navigation():  # not the page that is still there: it goes while one looks at it
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"the keyboard never comes to “{name}”")


def tab_to(page: Page, place: Locator) -> None:
    """Tab on until this has the focus."""
    for _ in range(STEPS):
        page.keyboard.press("Tab")
        if place.evaluate("place => place === document.activeElement"):
            return
    raise AssertionError(f"the keyboard never comes to {place}")


def choose(page: Page, label: str, words: str) -> None:
    """In a list to choose from: down until it says so."""
    place = page.get_by_label(label, exact=True)
    tab_to(page, place)
    for _ in range(place.locator("option").count()):
        page.keyboard.press("ArrowDown")
        if place.evaluate("list => list.selectedOptions[0].text") == words:
            return
    raise AssertionError(f"“{label}” does not offer “{words}”")


def tick(page: Page, label: str) -> None:
    """A box or a button of a group: the group is entered with Tab, gone through with the arrows, taken with Space."""
    place = page.get_by_label(label)
    group = page.locator(f"[name='{place.get_attribute('name')}']")
    tab_to(page, place if place.get_attribute("type") == "checkbox" else group.first)
    page.keyboard.press("Space")
    for _ in range(group.count()):
        if place.is_checked():
            break
        page.keyboard.press("ArrowDown")
    expect(place).to_be_checked()
