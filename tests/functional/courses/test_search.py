"""Results of a search: a row for each input that somebody has typed and missed something by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from peerlearn.bootstrap.catalogue import catalogue_indexer
from peerlearn.bootstrap.jobs import renaming_service
from peerlearn.domain.users import Role
from tests.support.api import Answer
from tests.support.people import People

Call = Callable[..., Answer]
Make = Callable[..., dict[str, Any]]


def found(call: Call, query: str, **filters: str) -> set[str]:
    answer = call("list_courses", query={"q": query, **filters})
    assert answer.status == 200, answer.body
    titles = {course["title"] for course in answer.body["data"]["courses"]}
    assert answer.body["metadata"]["total"] == len(titles)
    return titles


@pytest.mark.parametrize(
    ("query", "title", "other"),
    [
        # beginnings of words, also of the subject and the tutor's name
        ("kno", "Knots that hold", "Unknown pleasures"),
        ("k", "Knots that hold", "Bowline"),
        ("HOLD kno", "Knots that hold", "Knots"),
        ("mathematically", "Mathematically speaking", "Mathematics"),
        # case and accents
        ("istanbul", "İstanbul'da yaşam", "Ankara"),
        ("ISTANBUL", "ıstanbul", "Ankara"),
        ("İSTANBUL", "Istanbul on foot", "Ankara"),
        ("ıstanbul", "Istanbul on foot", "Ankara"),
        ("calculo", "Cálculo diferencial", "Calceta"),
        ("Cálculo", "CALCULO", "Calceta"),
        ("lodz", "Łódź for visitors", "Wrocław"),
        ("ŁÓDŹ", "Lodz", "Wrocław"),
        ("strasse", "Straße und Haus", "Stadt"),
        ("STRAẞE", "STRASSE", "Stadt"),
        ("smorrebrod", "Smørrebrød", "Smör"),
        ("economie", "Économie", "Écologie"),
        ("e\u0301cole", "École", "Échecs"),
        # Greek: final sigma and accents
        ("ΛΟΓΟΣ", "Ο λόγος", "Η λογική"),
        ("σισυφος", "ΣΊΣΥΦΟΣ", "Σωκράτης"),
        # marks that make another letter
        ("ёлка", "Ёлка", "Елка"),
        ("йога", "Йога", "Иога"),
        ("की", "की बात", "का बात"),
        ("हिन्दी", "हिन्दी सीखें", "हनद"),
        ("がく", "がくしゅう", "かくしゅう"),
        ("ｶﾞｸ", "ガク", "カク"),
        # scripts without spaces
        ("数学", "高等数学入门", "学数"),
        ("数学入门", "高等数学入门", "数学"),
        ("数", "高等数学入门", "入门"),
        ("プログラ", "はじめてのプログラミング", "プロ"),
        ("ศาสตร์", "คณิตศาสตร์", "ภาษาไทย"),
        ("한국", "한국어 수업", "중국어"),
        # signs that make another word
        ("c++", "C++ in practice", "C# basics"),
        ("C#", "C# basics", "Vitamin C"),
        ("c#", "C# 12", "C++20"),
        ("c", "Vitamin C", "C++ in practice"),
        ("c", "Calculus", "C# basics"),
        ("f#", "F# for everyone", "F major"),
        (".net", "ASP.NET Core", "Networks"),
        ("net", ".NET for beginners", "Ninety"),
        ("node.js", "Node.js servers", "Node theory"),
        ("js", "Node.js servers", "Java"),
        # other spellings of the same characters
        ("Ｐｙｔｈｏｎ", "Python", "Perl"),
        ("python", "Ｐｙｔｈｏｎ入門", "Perl"),
        ("finance", "ﬁnance", "Fine arts"),
        ("soft", "so\u00adft skills", "Solo"),
        ("🎹", "Piano 🎹", "Guitar 🎸"),
        ("👩\u200d💻", "Coding 👩\u200d💻", "Cooking 👩\u200d🍳"),
    ],
)
def test_search_finds_the_one_and_not_the_other(call: Call, make: Make, query: str, title: str, other: str) -> None:
    make(title=title)
    make(title=other)
    assert found(call, query) == {title}


@pytest.mark.parametrize("query", ["???", "...", "\u0301", "\u200b\u200d!", "level", "subject", "usr"])
def test_search_finds_nothing_by_what_is_no_word(call: Call, make: Make, query: str) -> None:
    make(title="Knots that hold")
    assert found(call, query) == set()


def test_words_of_title_subject_and_tutor_are_found_together(call: Call, make: Make, people: People) -> None:
    tutor = people.add(Role.TUTOR, name="Ayşe Yılmaz")
    make(title="Knots", subject="Crafts", by=tutor)
    make(title="Baskets", subject="Crafts", level="advanced", by=tutor)
    assert found(call, "yilm") == found(call, "craf") == found(call, "AYŞE cra") == {"Knots", "Baskets"}
    assert found(call, "ayse kno") == {"Knots"}
    assert found(call, "yılmaz", level="advanced") == {"Baskets"}
    assert found(call, "yılmaz", level="advanced", subject="crafts", tutor=tutor.user_id) == {"Baskets"}
    assert found(call, "knots", subject="craft") == found(call, "knots", level="advanced") == set()


def test_renamed_tutor_is_found_by_the_new_name_alone(call: Call, make: Make, people: People) -> None:
    tutor = people.add(Role.TUTOR, name="Ada Lovelace")
    course_id = make(title="Knots", by=tutor)["courseId"]
    assert call("update_profile", token=tutor.token, body={"name": "Grace Hopper"}).status == 200
    assert renaming_service().rename(tutor.user_id) == 1
    catalogue_indexer().sync(course_id)
    assert found(call, "hopper") == found(call, "knots grac") == {"Knots"}
    assert found(call, "lovelace") == found(call, "knots ada") == set()


def test_renaming_and_a_change_of_the_course_leave_nothing_behind(call: Call, make: Make, people: People) -> None:
    """A synchronisation with a course read before the renaming does not undo what came after it."""
    tutor = people.add(Role.TUTOR, name="Ada Lovelace")
    course_id = make(title="Knots", by=tutor)["courseId"]
    indexer = catalogue_indexer()
    read_before = indexer._listings.standing(course_id)[0]
    call("update_profile", token=tutor.token, body={"name": "Grace Hopper"})
    renaming_service().rename(tutor.user_id)
    indexer.sync(course_id)
    after, listing = indexer._listings.standing(course_id)
    assert read_before is not None
    assert after is not None
    assert read_before.version < listing.course_version == after.version
