"""How the record store says no."""


class Refusal(Exception):
    """For a program, not for a person: the status of xAPI 1.0.3 (Communication, 3.2) and an English sentence for its maker.

    No catalogue translates it, as no learner reads it.
    """

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


def broken(words: str) -> Refusal:
    """400: what was sent is not what xAPI asks for."""
    return Refusal(400, words)


def forbidden(words: str) -> Refusal:
    """403: understood, but not allowed, to this session or by the rules of cmi5."""
    return Refusal(403, words)


def conflict(words: str) -> Refusal:
    """409: something else stands there already."""
    return Refusal(409, words)
