"""Settings: sections with an address each (routes.settings_section), the list of them beside."""

import reflex as rx

from invoice_app import routes
from invoice_app.ui.components.feedback import notice, skeleton
from invoice_app.ui.history.dialog import history_button
from invoice_app.ui.settings.collection import collection_section
from invoice_app.ui.settings.invoicing import invoices_section, numbering_section
from invoice_app.ui.settings.organisation import organisation_section
from invoice_app.ui.settings.payments import flows_section, payments_section
from invoice_app.ui.settings.state import SettingsState
from invoice_app.ui.settings.taxes import taxes_section
from invoice_app.ui.settings.users import password_section, users_section
from invoice_app.ui.shell import page, page_head

SECTIONS = (
    ("organisation", "Organisation"),
    ("invoices", "Invoices"),
    ("numbering", "Numbering"),
    ("payments", "Payments"),
    ("collection", "How customers pay"),
    ("flows", "Booking flows"),
    ("taxes", "Taxes"),
    ("users", "Users"),
    ("password", "Your password"),
)


def settings_page() -> rx.Component:
    """Everything an owner or admin sets; others may look."""
    look_only = notice("info", "You can look at the settings. An owner or admin of your organisation can change them.")
    sections = rx.el.div(
        rx.cond(SettingsState.settings.can_edit, rx.fragment(), look_only),
        organisation_section(),
        invoices_section(),
        numbering_section(),
        payments_section(),
        collection_section(),
        flows_section(),
        taxes_section(),
        users_section(),
        password_section(),
        class_name="stack settings__sections",
    )
    contents = rx.el.nav(
        *(rx.el.a(title, href=f"#{name}", class_name="settings__link") for name, title in SECTIONS),
        class_name="settings__contents",
        aria_label="Settings",
    )
    loading = rx.el.div(skeleton(10), class_name="card settings__sections")
    return page(
        page_head("Settings", rx.cond(SettingsState.settings.can_edit, history_button("settings"))),
        rx.el.div(contents, rx.cond(SettingsState.loaded, sections, loading), class_name="settings"),
        place=routes.SETTINGS,
    )
