"""Refuses the body of a request that is too large before it is read, or while it comes; and any, while all that are
held are too much together.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """A middleware in plain ASGI. FastAPI's own `max_body_size` is too new for many.

    Args:
        app: the application.
        most: bytes of a body.
        together: bytes of all bodies that have come and are not answered yet.
    """

    def __init__(self, app: ASGIApp, most: int, together: int = 256_000_000):
        self.app, self.most, self.together, self.held = app, most, together, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        said = dict(scope["headers"]).get(b"content-length", b"")
        if said.isdigit() and int(said) > self.most:
            await JSONResponse({"detail": self._reason()}, status_code=413)(scope, receive, send)
            return
        if self.held > self.together:
            busy = JSONResponse({"detail": "too much is waiting: try again in 1 s"}, 503, {"Retry-After": "1"})
            await busy(scope, receive, send)
            return
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            message = await receive()
            size = len(message.get("body", b""))
            received += size
            self.held += size
            if received > self.most:  # of a body that comes in chunks nobody has said how long it is
                raise HTTPException(413, self._reason())
            return message

        try:
            await self.app(scope, receive_within_limit, send)
        finally:
            self.held -= received

    def _reason(self) -> str:
        return f"the body has more than {self.most:,} bytes"
