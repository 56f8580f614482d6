"""Procore's OAuth: the authorize address, codes and refresh tokens for pairs, token info, revocation. Form-encoded."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from webapp.domain.credentials import TokenPair
from webapp.errors import ProcoreRefused, SignInExpired, UnreadableAnswer
from webapp.procore.client import Client
from webapp.procore.paths import REVOKE, TOKEN, TOKEN_INFO
from webapp.procore.refusals import TokenRefused, data_of


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """Whose token it is; None for some service accounts."""

    resource_owner_id: int | None
    client_id: str | None
    expires_in_seconds: int | None


@dataclass(frozen=True, slots=True)
class OAuth:
    """Raises SignInExpired when Procore refuses a code, a refresh token or the client itself."""

    client: Client
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str

    def authorize_url(self, state: str) -> str:
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "state": state,
        }
        return f"{self.client.authorize_address}?{urlencode(query)}"

    def exchange(self, code: str) -> TokenPair:
        return self._token(grant_type="authorization_code", code=code, redirect_uri=self.redirect_uri)

    def refresh(self, refresh_token: str) -> TokenPair:
        """The old refresh token is void from here on, even when the answer is lost."""
        return self._token(grant_type="refresh_token", refresh_token=refresh_token)

    def client_credentials(self) -> TokenPair:
        return self._token(grant_type="client_credentials")

    def info(self, access_token: str) -> TokenInfo:
        try:
            data = data_of(self.client.send(TOKEN_INFO, token=access_token))
        except (ProcoreRefused, TokenRefused) as error:
            raise SignInExpired("Procore does not know this sign-in any more.") from error
        data = data if isinstance(data, dict) else {}
        application = data.get("application")
        return TokenInfo(
            data.get("resource_owner_id"),
            application.get("uid") if isinstance(application, dict) else None,
            data.get("expires_in_seconds"),
        )

    def revoke(self, token: str) -> None:
        """Kills the pair that the token belongs to; an unknown token is no error."""
        data_of(self.client.send(REVOKE, form={"token": token, **self._ourselves()}))

    def _token(self, **grant: str) -> TokenPair:
        try:
            data = data_of(self.client.send(TOKEN, form={**grant, **self._ourselves()}))
        except (ProcoreRefused, TokenRefused) as error:
            raise SignInExpired(f"Procore refused the sign-in: {error}") from error
        return self._pair(data)

    def _ourselves(self) -> dict[str, str]:
        return {"client_id": self.client_id, "client_secret": self.client_secret}

    def _pair(self, data: Any) -> TokenPair:
        data = data if isinstance(data, dict) else {}
        access, refresh, seconds = data.get("access_token"), data.get("refresh_token"), data.get("expires_in")
        if not isinstance(access, str) or not access:
            raise UnreadableAnswer("Procore's token answer holds no token.", missing="access_token")
        if not isinstance(seconds, int) or seconds <= 0:
            raise UnreadableAnswer("Procore's token answer does not say how long.", missing="expires_in")
        expires_at = self.client.clock.now() + timedelta(seconds=seconds)
        return TokenPair(access, refresh if isinstance(refresh, str) and refresh else None, expires_at)
