"""Answers of the `peers` endpoint."""

from __future__ import annotations

from peerlearn.http.models import ResponseModel
from peerlearn.services.peers import FoundPeers


class SharedCourseView(ResponseModel):
    course_id: str
    title: str


class PeerView(ResponseModel):
    """Somebody of one's own courses. Never an email address."""

    user_id: str
    name: str
    interests: list[str]
    shared_courses: list[SharedCourseView]
    common_interests: list[str]
    score: int


class PeersData(ResponseModel):
    peers: list[PeerView]

    @classmethod
    def of(cls, found: FoundPeers) -> PeersData:
        return cls(
            peers=[
                PeerView(
                    user_id=peer.user.user_id,
                    name=peer.user.name,
                    interests=list(peer.user.interests),
                    shared_courses=[
                        SharedCourseView(course_id=course_id, title=found.titles.get(course_id, ""))
                        for course_id in peer.course_ids
                    ],
                    common_interests=list(peer.common_interests),
                    score=peer.score,
                )
                for peer in found.page.entries
            ]
        )
