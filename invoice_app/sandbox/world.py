"""What every activity of the sandbox works with: settings, store, clock, and who asked."""

from dataclasses import dataclass, field
from pathlib import Path

from .clock import Clock
from .errors import JsonObject, no_such
from .store import Store


@dataclass(frozen=True, slots=True)
class Settings:
    """`origin` is where a browser reaches this program; `return_origins` limits where checkout may send it back."""

    port: int = 12111
    database: Path | str = "var/sandbox.db"
    webhook_url: str | None = None
    webhook_secret: str | None = None
    origin: str = "http://127.0.0.1:12111"
    merchant: str = "Sample Studio"
    return_origins: tuple[str, ...] = ()
    settle_seconds: float = 0.5
    """From a captured charge to its balance transaction and `charge.updated`
    (docs.stripe.com/payments/payment-intents/asynchronous-capture).
    """
    debit_seconds: float = 345_600.0
    """From a bank debit to its outcome: four business days for ACH (docs.stripe.com/payments/ach-direct-debit)."""
    delivery_timeout_seconds: float = 10.0
    behind_seconds: float = 0.0


@dataclass(slots=True)
class World:
    """Everything an activity needs, and the call it acts for."""

    settings: Settings
    store: Store
    clock: Clock
    request_id: str | None = None
    idempotency_key: str | None = None
    emitted: list[str] = field(default_factory=list)
    """Ids of the events of the transaction under way, so that they can be sent before the answer if told to."""

    listeners: list[tuple[str, frozenset[str]]] | None = None
    """Kept by `events`, which asks for them at every event."""

    def need(self, object_id: str, kind: str, label: str, param: str, *, status: int = 400) -> JsonObject:
        """The object, or Stripe's `resource_missing`."""
        found = self.store.get(object_id, kind)
        if found is None or found.get("deleted"):
            raise no_such(label, object_id, param, status=status)
        return found

    def plan(self, name: str, object_id: str, in_seconds: float) -> None:
        """Have `schedule` do it later; part of the transaction under way."""
        self.store.db.execute(
            "INSERT INTO tasks (due_at, name, object) VALUES (?,?,?)",
            (self.clock.exact() + in_seconds, name, object_id),
        )


@dataclass(slots=True)
class Call:
    """One API call, its parameters typed and checked."""

    world: World
    params: JsonObject
    path: dict[str, str]
