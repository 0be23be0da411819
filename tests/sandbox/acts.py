"""What the checks do over and over, in the words of Stripe's API."""

from typing import Any

NO_REDIRECTS = {"enabled": True, "allow_redirects": "never"}
SUCCESS = "https://example.com/done?session={CHECKOUT_SESSION_ID}"


def make_customer(api: Any, **params: Any) -> Any:
    return api.customers.create({"email": "jenny@example.com", "name": "Jenny Rosen", **params})


def save_card(api: Any, token: str = "pm_card_visa") -> tuple[str, str]:
    """A customer and its saved card, by id."""
    customer = make_customer(api)
    method = api.payment_methods.attach(token, {"customer": customer.id})
    return customer.id, method.id


def pay(api: Any, token: str = "pm_card_visa", amount: int = 1200, currency: str = "usd", **params: Any) -> Any:
    """A confirmed PaymentIntent."""
    return api.payment_intents.create(
        {
            "amount": amount,
            "currency": currency,
            "payment_method": token,
            "confirm": True,
            "automatic_payment_methods": NO_REDIRECTS,
            **params,
        }
    )


def open_checkout(api: Any, amount: int = 1200, currency: str = "usd", **params: Any) -> Any:
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": "Invoice INV-0042"}}
    return api.checkout.sessions.create(
        {
            "mode": "payment",
            "ui_mode": "hosted_page",
            "success_url": SUCCESS,
            "line_items": [{"price_data": price, "quantity": 1}],
            **params,
        }
    )
