"""A webhook that arrives, without a server in between."""

from invoice_app.services.receiving import check_event, store_events


def accept_event(raw_body: bytes, signature_header: str | None) -> bool:
    """Check and store one event as the route does; answers whether it is new. Raises SignatureRefused and EventRefused."""
    return store_events([check_event(raw_body, signature_header)])[0]
