"""Keys of the catalogue, and nothing but keys.

CATALOGUE#<shelf>    F#<0..7>                 part of the counter of a shelf
                     E#<number>               entry of a course on it
CATALOGUE#<group>    B#<block>                numbers of the courses of a group, 256 in a block
CATALOGUE#TITLES     <title> #<number>        courses in the order of their titles
CATALOGUE#STARTS     D#<day>                  courses that begin on a day, with their times
CATALOGUE#FACETS     <facet>=<value>#<0..3>   part of the counter of a value of a facet
CARD#<number>        CARD                     what lists show of a course
"""

from __future__ import annotations

from peerlearn.persistence.keys import Key, course_partition

ENTRY_PREFIX, COUNTER_PREFIX, BLOCK_PREFIX, DAY_PREFIX = "E#", "F#", "B#", "D#"
# A shelf's entries and behind them its counters, so that one Query from the end reads these and the newest entries.
SHELF_RANGE = (ENTRY_PREFIX, "F$")
CARD_PREFIX = "CARD#"
DAYS_RANGE = (DAY_PREFIX, "D$")
# A shelf's entries are counted in so many parts: courses that are published at once rarely meet in one.
SHELF_COUNTERS = 8
# And the courses of a subject or a level in so many; a tutor's are few.
FACET_COUNTERS = 4


def listing(course_id: str) -> Key:
    """Return the key of the record of a course's present catalogue entries."""
    return Key(course_partition(course_id), "LISTING")


def partition(name: str) -> str:
    """Return the partition of a shelf or a group, e.g. `CATALOGUE#level=beginner`; see `peerlearn.domain.catalogue`."""
    return f"CATALOGUE#{name}"


def entry(shelf: str, number: int) -> Key:
    """Return the key of a course's entry on a shelf: newer courses have higher numbers."""
    return Key(partition(shelf), f"{ENTRY_PREFIX}{number:08d}")


def counter(shelf: str, number: int) -> Key:
    """Return the key of the part of a shelf's counter in which a course is counted."""
    return Key(partition(shelf), f"{COUNTER_PREFIX}{number % SHELF_COUNTERS}")


def block(group: str, number: int) -> Key:
    """Return the key of a block of the numbers of a group's courses, by the number of the block."""
    return Key(partition(group), f"{BLOCK_PREFIX}{number:06d}")


def card(number: int) -> Key:
    """Return the key of what lists show of a course, by its number."""
    return Key(f"{CARD_PREFIX}{number}", "CARD")


def titles() -> str:
    """Return the partition of the courses in the order of their titles."""
    return partition("TITLES")


def title(text: str, number: int) -> Key:
    """Return the key of a course among the titles.

    Parameters
    ----------
    text: str
        As titles are ordered: it has no `#`, so that `chess` comes before `chess endings`.
    """
    return Key(titles(), f"{text} #{number:08d}")


def facets() -> str:
    """Return the partition of the values of facets."""
    return partition("FACETS")


def facet(name: str, number: int) -> Key:
    """Return the key of the part of the counter of a facet's value in which a course is counted.

    Parameters
    ----------
    name: str
        Facet and value, as in `subject=history`.
    """
    part = 0 if name.startswith("tutor=") else number % FACET_COUNTERS
    return Key(facets(), f"{name}#{part}")


def days() -> str:
    """Return the partition of the times at which courses begin."""
    return partition("STARTS")


def day(starts_at: str) -> Key:
    """Return the key of the courses that begin on the day of a time."""
    return Key(days(), f"{DAY_PREFIX}{starts_at[:10]}")


def numbers() -> Key:
    """Return the key of the number of courses that were ever made."""
    return Key("COURSES", "NUMBERS")
