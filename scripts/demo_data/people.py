"""Tutors and learners beside the demo accounts. All of them sign in with the same password."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "Rook-And-Pawn-2026!"  # noqa: S105 (for the local stack only)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody with an account."""

    name: str
    interests: tuple[str, ...]
    learning_goals: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        return f"{self.name.lower().replace(' ', '.')}@people.example"


def _person(name: str, interests: str, goals: str = "") -> DemoPerson:
    return DemoPerson(name, tuple(interests.split(", ")), tuple(goals.split("; ")) if goals else ())


# The demo tutor teaches as well.
TUTORS = (
    _person("Mei Tanaka", "algorithms, climbing"),
    _person("Samuel Adeyemi", "astronomy, jazz"),
    _person("Ingrid Larsen", "ecology, sailing"),
    _person("Rafael Moreno", "linguistics, film"),
    _person("Hannah Weiss", "archives, hiking"),
    _person("Nikolai Petrov", "composition, chess"),
    _person("Leila Haddad", "development, cooking"),
)

LEARNERS = (
    _person("Aisha Khan", "statistics, football", "pass the entrance examination"),
    _person("Ben Carter", "web development, guitar", "build a portfolio"),
    _person("Chiara Rossi", "languages, travel", "hold a conversation in Spanish"),
    _person("Daniel Kim", "machine learning, chess", "understand gradient descent"),
    _person("Elena Popescu", "history, photography", "write a longer essay"),
    _person("Farid Nazari", "physics, astronomy", "prepare for university"),
    _person("Grace Mbeki", "economics, running", "read a balance sheet"),
    _person("Hugo Lefevre", "music theory, jazz", "compose for a quartet"),
    _person("Isla Murray", "ecology, gardening", "identify local plants"),
    _person("Jonas Berg", "algorithms, climbing", "prepare for interviews"),
    _person("Keiko Sato", "languages, calligraphy", "read a newspaper in German"),
    _person("Liam Byrne", "web development, football", "change career"),
    _person("Maria Silva", "biology, dancing", "become a nurse"),
    _person("Noah Fischer", "statistics, economics", "analyse survey data"),
    _person("Olivia Brown", "history, film", "guide museum tours"),
    _person("Pavel Dvorak", "physics, cycling", "teach at school"),
    _person("Ruth Abebe", "machine learning, biology", "work in a laboratory"),
    _person("Sofia Lindqvist", "guitar, music theory", "play in a band"),
    _person("Tariq Aziz", "algorithms, chess", "win a programming contest"),
    _person("Yara Costa", "economics, languages", "study abroad"),
)
