"""A problem that the person at the keyboard can mend."""


class Problem(Exception):
    """Its text is one sentence that says what is wrong and what to do about it."""
