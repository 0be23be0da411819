"""The look: which style sheets and scripts stand in the head, and the tones a status may have."""

import reflex as rx

STYLESHEETS = [
    "/fonts/inter.css",
    "/css/tokens.css",
    "/css/base.css",
    "/css/controls.css",
    "/css/surfaces.css",
    "/css/overlays.css",
    "/css/shell.css",
    "/css/orders.css",
    "/css/bookings.css",
    "/css/editors.css",
    "/css/reports.css",
    "/css/lists.css",
    "/css/settings.css",
    "/css/mailbox.css",
    "/css/invoice.css",
    "/css/stages.css",
    "/css/history.css",
]

BADGE_TONES = ("neutral", "info", "good", "warn", "bad")


def head() -> list[rx.Component]:
    """What stands in the head of every staff page besides the style sheets."""
    return [
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.link(
            rel="preload",
            href="/fonts/inter-latin.woff2",
            custom_attrs={"as": "font", "crossOrigin": "anonymous"},
        ),
        rx.el.meta(name="robots", content="noindex"),
        rx.el.script(src="/ui.js", custom_attrs={"defer": True}),
        rx.el.script(src="/editing.js", custom_attrs={"defer": True}),
    ]
