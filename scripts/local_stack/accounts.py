"""The demo accounts: the seeder makes them, and `.local/stack.json` tells them. They exist on the local stack only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account, under the name of its role."""

    role: str
    name: str
    email: str
    password: str


DEMO_ACCOUNTS = (
    DemoAccount("learner", "Lena Fischer", "learner@demo.example", "Learner-Demo-2026!"),
    DemoAccount("tutor", "Tomas Novak", "tutor@demo.example", "Tutor-Demo-2026!"),
    DemoAccount("admin", "Amara Okafor", "admin@demo.example", "Admin-Demo-2026!"),
)
