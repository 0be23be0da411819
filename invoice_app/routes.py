"""Every path of the product, as a constant or a function: for pages, HTTP routes, mails and tests."""

SIGN_IN = "/sign-in"
SESSION = "/session"
SIGN_OUT = "/sign-out"
ORDERS = "/orders"
ORDER = "/orders/[order_number]"
BOOKINGS = "/bookings"
INVOICES = "/invoices"
PAYMENTS = "/payments"
CUSTOMERS = "/customers"
COUPONS = "/coupons"
REPORTS = "/reports"
SETTINGS = "/settings"
MAILBOX = "/mailbox"
SELF_CHECK = "/self-check"
NUMBERS = "/numbers"
HEALTH = "/health"
STRIPE_WEBHOOK = "/webhooks/stripe"
REPORTS_XLSX = "/documents/reports.xlsx"


def order(number: int, *, invoice: int = 0, show: str = "") -> str:
    """The staff page of an order; `invoice` is the one in Order Details, `show` what is open over it: invoice or payments."""
    said = [f"{name}={value}" for name, value in (("invoice", invoice), ("open", show)) if value]
    return f"{ORDERS}/{number}{'?' if said else ''}{'&'.join(said)}"


def settings_section(section: str) -> str:
    """A section of the settings page: organisation, payments, flows, taxes, users."""
    return f"{SETTINGS}#{section}"


def invoice_pdf(invoice_id: int) -> str:
    """The PDF of an invoice's saved revision, for staff."""
    return f"/documents/invoices/{invoice_id}.pdf"


def revision_pdf(invoice_id: int, revision: int) -> str:
    """The PDF of one revision of an invoice, for staff."""
    return f"/documents/invoices/{invoice_id}/revisions/{revision}.pdf"


def credit_note_pdf(credit_note_id: int) -> str:
    """The PDF of a credit note, for staff."""
    return f"/documents/credit-notes/{credit_note_id}.pdf"


def report_csv(key: str) -> str:
    """One of the reports as a table: stages, ageing, items, taxes."""
    return f"/documents/reports/{key}.csv"


def order_file(file_id: int) -> str:
    """A deliverable, for staff."""
    return f"/documents/files/{file_id}"


def order_upload(order_id: int) -> str:
    """Where files for an order are uploaded (POST, multipart)."""
    return f"/documents/orders/{order_id}/files"


def shared_invoice(token: str) -> str:
    """The customer's page."""
    return f"/i/{token}"


def shared_invoice_part(token: str, part: str) -> str:
    """Below the customer's page: "live", "body", "pay", "card", "hold", "return", "pdf", "files/<id>", "credits/<id>.pdf"."""
    return f"/i/{token}/{part}"
