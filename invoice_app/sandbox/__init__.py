"""A local Stripe: a program of its own that speaks Stripe's wire format on loopback and imports nothing from the rest.

Start it with `python -m invoice_app.sandbox --help`. The way of a call: `application` receives it, `calls` authenticates
it, replays a known idempotency key and reads the parameters (`wire`, `validation`), a function of `resources` does
the work inside one SQLite transaction (`store`), `expansion` renders the answer. Money moves in `charging` alone, used
by the API,
by the hosted pages (`checkout`) and by what happens later (`schedule`). `events` records what happened, `webhooks` tells it.
"""
