"""What the order page's States hold before anything is loaded."""

from invoice_app.services.booking_views import OrderPage
from invoice_app.services.draft_views import DraftView, TotalLine
from invoice_app.services.order_views import PanelView
from invoice_app.services.payment_views import PaymentDetailsView
from invoice_app.services.views import Badge

_BADGE = Badge("", "neutral", "circle")
_LINE = TotalLine("", "", "")

BLANK_ORDER = OrderPage(
    id=0,
    number=0,
    title="",
    status=_BADGE,
    status_value="",
    location="",
    ordered="",
    ordered_on="",
    flow_id="",
    flow="",
    customer_id="",
    customer="",
    customer_email="",
    currency="",
    items=(),
    items_total="",
    files=(),
    files_locked=True,
    files_hint="",
    panel=PanelView(
        invoice_id=0,
        reference="",
        stage=_BADGE,
        billing=_BADGE,
        revision=0,
        total="",
        paid="",
        due="",
        due_label="",
        paid_percent=0,
        due_text="",
        attempts=0,
        last_viewed="",
        switches=(),
        can_take_payment=False,
        can_edit=False,
        can_send=False,
    ),
    can_edit=False,
    can_upload=False,
)

BLANK_DRAFT = DraftView(
    invoice_id=0,
    reference="",
    stage=_BADGE,
    revision=0,
    currency="",
    customer="",
    customer_email="",
    lines=(),
    adjustments=(),
    subtotal=_LINE,
    taxes=(),
    total=_LINE,
    paid="",
    credited="",
    due_label="",
    taxes_choices=(),
    version="",
    unsaved=False,
    has_errors=False,
    can_edit=False,
    locked_because="",
    can_send=False,
    pdf_href="",
)

BLANK_PAYMENTS = PaymentDetailsView(
    invoice_id=0,
    reference="",
    revision=0,
    attempts=(),
    total="",
    paid="",
    due="",
    due_label="",
    due_plain="",
    settled=False,
    can_take_payment=False,
    refusal="",
    holds_cards=False,
    cards=(),
    card_hint="",
    today="",
)
