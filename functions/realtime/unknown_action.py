"""$default: everything that is not one of the other actions."""

from __future__ import annotations

from peerlearn.http.websocket import unknown_action

lambda_handler = unknown_action
