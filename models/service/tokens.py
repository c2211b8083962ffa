"""Who may ask: whoever knows the token."""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

LEAST = 16  # characters of a token


class TokenUnusable(Exception):
    """The file holds no token; the message is one sentence."""


def read_token(path: Path) -> str:
    """The token in a file, without the space around it.

    Raises:
        TokenUnusable: there is none, or it is too short.
    """
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise TokenUnusable(f"{path} cannot be read ({error}): name a file that holds a token.") from error
    if len(token) < LEAST or not token.isprintable():
        raise TokenUnusable(
            f"{path} holds no token of at least {LEAST} characters: "
            f'python -c "import secrets; print(secrets.token_urlsafe())" > {path} writes one.'
        )
    return token


def is_this_machine(host: str) -> bool:
    """Whether an address to listen on is heard on this machine only.

    >>> is_this_machine("localhost"), is_this_machine("::1"), is_this_machine("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class TokenGate:
    """A middleware that answers 401, and nothing else, to whoever does not know the token.

    Known is it as `Authorization: Bearer TOKEN`, or, for browsers, as the password of any name.

    Args:
        app: the application.
        token: to be known.
    """

    def __init__(self, app: ASGIApp, token: str):
        self.app, self.token = app, token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._knows(dict(scope["headers"]).get(b"authorization", b"")):
            headers = [(b"www-authenticate", b'Basic realm="token"'), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 401, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await self.app(scope, receive, send)

    def _knows(self, header: bytes) -> bool:
        kind, _, said = header.partition(b" ")
        if kind.lower() == b"basic":
            try:
                said = base64.b64decode(said, validate=True).partition(b":")[2]
            except binascii.Error:
                return False
        elif kind.lower() != b"bearer":
            return False
        return hmac.compare_digest(said.strip(), self.token)  # in a time that tells nothing of where they differ
