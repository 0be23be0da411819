"""The composition root: which pages there are, what serves HTTP beside them, and what runs along. Nothing else."""

from functools import partial

import reflex as rx
from reflex.constants import Dirs
from reflex.utils.prerequisites import get_web_dir

from invoice_app import routes
from invoice_app.jobs.keeping import keep_background
from invoice_app.logs import keep_logs_clean
from invoice_app.sparing import spare_what_was_loaded
from invoice_app.ui.bookings.page import bookings_page
from invoice_app.ui.bookings.state import BookingsState
from invoice_app.ui.coupons.page import coupons_page
from invoice_app.ui.coupons.state import CouponsState
from invoice_app.ui.customers.page import customers_page
from invoice_app.ui.customers.state import CustomersState
from invoice_app.ui.invoices.page import invoices_page
from invoice_app.ui.invoices.state import InvoicesState
from invoice_app.ui.live import reload_open_pages
from invoice_app.ui.mailbox.page import mailbox_page
from invoice_app.ui.mailbox.state import MailboxState
from invoice_app.ui.not_found import front_page, not_found_page
from invoice_app.ui.notices_state import NoticesState
from invoice_app.ui.numbers.page import numbers_page
from invoice_app.ui.numbers.state import NumbersState
from invoice_app.ui.order.page import order_page
from invoice_app.ui.order.state import OrderState
from invoice_app.ui.orders.page import orders_page
from invoice_app.ui.orders.state import OrdersState
from invoice_app.ui.payments.page import payments_page
from invoice_app.ui.payments.state import PaymentsListState
from invoice_app.ui.reports.page import reports_page
from invoice_app.ui.reports.state import ReportsState
from invoice_app.ui.self_check.page import self_check_page
from invoice_app.ui.self_check.state import SelfCheckState
from invoice_app.ui.session import show_refusal
from invoice_app.ui.settings.page import settings_page
from invoice_app.ui.settings.state import SettingsState
from invoice_app.ui.shell_state import ShellState
from invoice_app.ui.signing_in.page import sign_in_page
from invoice_app.ui.theme import STYLESHEETS, head
from invoice_app.web.app import http_app
from invoice_app.web.guarding import guard_answers

STAFF_PAGES = (
    (orders_page, routes.ORDERS, "Orders", OrdersState.load),
    (order_page, routes.ORDER, "Order", OrderState.load),
    (bookings_page, routes.BOOKINGS, "Bookings", BookingsState.load),
    (invoices_page, routes.INVOICES, "Invoices", InvoicesState.load),
    (payments_page, routes.PAYMENTS, "Payments", PaymentsListState.load),
    (customers_page, routes.CUSTOMERS, "Customers", CustomersState.load),
    (coupons_page, routes.COUPONS, "Coupons", CouponsState.load),
    (reports_page, routes.REPORTS, "Reports", ReportsState.load),
    (settings_page, routes.SETTINGS, "Settings", SettingsState.load),
    (numbers_page, routes.NUMBERS, "Number series", NumbersState.load),
    (self_check_page, routes.SELF_CHECK, "Self-check", SelfCheckState.load),
    (mailbox_page, routes.MAILBOX, "Mailbox", MailboxState.load),
)

keep_logs_clean()
app = rx.App(
    app_wraps={},
    toaster=None,
    reset_style=False,
    stylesheets=STYLESHEETS,
    head_components=head(),
    html_lang="en",
    backend_exception_handler=show_refusal,
    api_transformer=[http_app(), partial(guard_answers, pages=get_web_dir() / Dirs.STATIC)],
)
app.register_lifespan_task(keep_background)
app.register_lifespan_task(reload_open_pages, app=app)
app.register_lifespan_task(spare_what_was_loaded)
app.add_page(front_page, route="/", title="Invoicing desk", on_load=rx.redirect(routes.ORDERS, replace=True))
app.add_page(not_found_page, route="404", title="Page not found")
app.add_page(sign_in_page, route=routes.SIGN_IN, title="Sign in")
for page, route, title, load in STAFF_PAGES:
    app.add_page(page, route=route, title=title, on_load=[ShellState.load, NoticesState.load, load])
