"""The composition root: which pages there are, what serves HTTP beside them, and what runs along. Nothing else."""

import reflex as rx

from invoice_app import routes
from invoice_app.ui.live import reload_open_pages
from invoice_app.ui.session import show_refusal
from invoice_app.ui.signing_in.page import sign_in_page
from invoice_app.ui.theme import STYLESHEETS, head

app = rx.App(
    app_wraps={},
    toaster=None,
    reset_style=False,
    stylesheets=STYLESHEETS,
    head_components=head(),
    html_lang="en",
    backend_exception_handler=show_refusal,
)
app.register_lifespan_task(reload_open_pages, app=app)
app.add_page(sign_in_page, route=routes.SIGN_IN, title="Sign in")
