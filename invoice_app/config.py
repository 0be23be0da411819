"""Typed settings, read once from the environment (and `.env`); a wrong value stops the start with one clear sentence."""

import hashlib
import os
import secrets
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

STRIPE_API = "https://api.stripe.com"


class ConfigurationError(Exception):
    """A setting is missing or wrong; the message names it and says what to do."""


class Settings(BaseSettings):
    """Every knob of a deployment. Defaults run the sample mode: SQLite, the local Stripe and a local mailbox."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore")

    mode: Literal["sample", "production"] = Field("sample", validation_alias="INVOICE_MODE")
    listen_host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    base_url: str = ""
    data_dir: Path = Path("var")
    database_url: str = ""
    redis_url: str = ""
    workers: int = Field(1, ge=1, le=64)
    secret_key: SecretStr = SecretStr("")
    stripe_secret_key: SecretStr = SecretStr("")
    stripe_webhook_secret: SecretStr = SecretStr("")
    stripe_api_base: str = ""
    sandbox_port: int = Field(0, ge=0, le=65535)
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = "invoices@localhost"
    trusted_proxy_hops: int = Field(0, ge=0, le=5)
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        self.base_url = (self.base_url or f"http://localhost:{self.port}").rstrip("/")
        if urlsplit(self.base_url).scheme not in {"http", "https"}:
            raise ValueError("BASE_URL must start with http:// or https://, for example https://pay.example.com")
        self.sandbox_port = self.sandbox_port or self.port + 1
        self.database_url = self.database_url or f"sqlite:///{self.data_dir / 'invoices.db'}"
        if not self.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("DATABASE_URL must start with sqlite:/// or postgresql+psycopg://")
        if self.workers > 1 and not self.redis_url:
            raise ValueError("WORKERS above 1 needs REDIS_URL, which carries live updates between workers")
        self._settle_secrets()
        self._settle_stripe()
        return self

    def _settle_secrets(self) -> None:
        if not self.secret_key.get_secret_value():
            if self.mode == "production":
                raise ValueError("SECRET_KEY is required in production: set it to at least 32 random characters")
            self.secret_key = SecretStr(_stored_secret(self.data_dir / "secret.key"))
        if len(self.secret_key.get_secret_value()) < 32:
            raise ValueError("SECRET_KEY is too short: use at least 32 random characters")

    def _settle_stripe(self) -> None:
        key = self.stripe_secret_key.get_secret_value()
        local_api = f"http://127.0.0.1:{self.sandbox_port}"
        if not key:
            if self.mode == "production":
                raise ValueError("STRIPE_SECRET_KEY is required in production")
            self.stripe_secret_key = SecretStr("sk_test_local")
            self.stripe_api_base = self.stripe_api_base or local_api
            derived = _derived_webhook_secret(self.secret_key.get_secret_value())
            self.stripe_webhook_secret = SecretStr(self.stripe_webhook_secret.get_secret_value() or derived)
        self.stripe_api_base = self.stripe_api_base or STRIPE_API
        if key.startswith(("sk_live_", "rk_live_")) and self.stripe_api_base != STRIPE_API:
            raise ValueError("STRIPE_API_BASE is not Stripe's but the key is live: remove one of the two")
        if not self.stripe_webhook_secret.get_secret_value():
            raise ValueError("STRIPE_WEBHOOK_SECRET is required with your own Stripe key (whsec_…, from the dashboard)")

    @property
    def uses_sandbox(self) -> bool:
        """Whether card payments go to the local Stripe."""
        return self.stripe_api_base != STRIPE_API and self.stripe_secret_key.get_secret_value() == "sk_test_local"

    @property
    def secure_cookies(self) -> bool:
        """Cookies carry Secure exactly when the public address is https."""
        return self.base_url.startswith("https://")


def _stored_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Written aside and linked whole: of two processes at a first start one wins, and neither reads half a key.
        with NamedTemporaryFile("w", dir=path.parent, prefix="secret-") as draft:
            draft.write(secrets.token_urlsafe(48))
            draft.flush()
            os.fsync(draft.fileno())
            with suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_text().strip()


def _derived_webhook_secret(secret_key: str) -> str:
    return "whsec_" + hashlib.sha256(b"webhook:" + secret_key.encode()).hexdigest()


def load_settings() -> Settings:
    """Read and check the settings. Raises ConfigurationError with one sentence per wrong value."""
    try:
        return Settings()
    except ValidationError as error:
        raise ConfigurationError(" · ".join(_sentence(item) for item in error.errors())) from None


def _sentence(item: object) -> str:
    assert isinstance(item, dict)
    name = "_".join(str(part) for part in item["loc"]).upper()
    message = str(item["msg"]).removeprefix("Value error, ")
    return f"{name}: {message}" if name else message


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return load_settings()
