"""Refuses the body of a request that is too large before it is read, or while it comes."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """A middleware in plain ASGI. FastAPI's own `max_body_size` is too new for many.

    Args:
        app: the application.
        most: bytes of a body.
    """

    def __init__(self, app: ASGIApp, most: int):
        self.app, self.most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        said = dict(scope["headers"]).get(b"content-length", b"")
        if said.isdigit() and int(said) > self.most:
            await JSONResponse({"detail": self._reason()}, status_code=413)(scope, receive, send)
            return
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.most:  # of a body that comes in chunks nobody has said how long it is
                raise HTTPException(413, self._reason())
            return message

        await self.app(scope, receive_within_limit, send)

    def _reason(self) -> str:
        return f"the body has more than {self.most:,} bytes"
