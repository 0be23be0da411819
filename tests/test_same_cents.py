"""No cent differs between editor, customer's page, PDF, e-mail and ledger, for whatever invoice (product.md invariant 2)."""

import asyncio
import html
import io
import re
from uuid import uuid4

import httpx
import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from invoice_app.db import reading
from invoice_app.documents.emails import render_invoice_email
from invoice_app.documents.printed import PrintedAdjustment, PrintedLine, PrintedTax
from invoice_app.domain.access import Actor, Permission
from invoice_app.domain.content import ContentAdjustment, ContentLine, InvoiceContent
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.printing import print_invoice
from invoice_app.repositories.printing_briefs import print_brief
from invoice_app.services import drafting, ordering, printing, sharing
from invoice_app.services.revising import revise_invoice
from invoice_app.web.app import http_app
from tests.factories import invoice_of, make_actor, make_order, make_organisation

TAXES = (("VAT 20 %", "S", 200_000), ("VAT 5 %", "S", 50_000), ("Québec", "S", 149_750), ("No tax", "O", 0))

lines = st.builds(
    lambda quantity, price, discount, tax: ContentLine(
        key=uuid4().hex,
        description="Photographs",
        quantity=quantity,
        unit_price=price,
        discount_rate=discount,
        tax_name=tax[0],
        tax_category=tax[1],
        tax_rate=tax[2],
    ),
    quantity=st.integers(1, 30_000_000),
    price=st.integers(0, 900_000_000),
    discount=st.sampled_from((0, 0, 100_000, 333_333)),
    tax=st.sampled_from(TAXES),
)
adjustments = st.one_of(
    st.builds(
        lambda rate: ContentAdjustment(key=uuid4().hex, kind="discount", method="percent", label="Loyalty", rate=rate),
        st.integers(1, 500_000),
    ),
    st.builds(
        lambda amount: ContentAdjustment(key=uuid4().hex, kind="discount", method="fixed", label="Goodwill", amount=amount),
        st.integers(1, 50_000),
    ),
    st.builds(
        lambda amount: ContentAdjustment(key=uuid4().hex, kind="fee", method="fixed", label="Travel", amount=amount),
        st.integers(1, 50_000),
    ),
    st.builds(
        lambda rate: ContentAdjustment(
            key=uuid4().hex, kind="fee", method="transaction", label="Card fee", rate=rate, amount=30
        ),
        st.integers(1, 50_000),
    ),
)


@pytest.mark.parametrize("prices_include_tax", [False, True])
def test_every_place_shows_the_same_cents(data_dir: object, prices_include_tax: bool) -> None:
    make_organisation(prices_include_tax=prices_include_tax)
    ada = make_actor()
    order = make_order(actor=ada, items=())
    invoice_id = invoice_of(order).id or 0
    path = sharing.create_link(ada, invoice_id).url.partition("//")[2].partition("/")[2]

    @settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(content_lines=st.lists(lines, min_size=1, max_size=6), content_adjustments=st.lists(adjustments, max_size=3))
    def compare(content_lines: list[ContentLine], content_adjustments: list[ContentAdjustment]) -> None:
        _save(ada, invoice_id, content_lines, content_adjustments)
        _compare(ada, order.number, invoice_id, path)

    compare()


def _save(actor: Actor, invoice_id: int, new_lines: list[ContentLine], new: list[ContentAdjustment]) -> None:
    def change(session: object, invoice: object, before: InvoiceContent) -> InvoiceContent:
        return InvoiceContent(before.currency, before.prices_include_tax, before.tax_rounding, tuple(new_lines), tuple(new))

    revise_invoice(actor, invoice_id, change, permission=Permission.EDIT_INVOICES, action="saved the invoice")


def _compare(actor: Actor, order_number: int, invoice_id: int, path: str) -> None:
    with reading() as session:
        invoice = read_invoice(session, invoice_id)
        printed, brief = print_invoice(session, invoice), print_brief(session, invoice)
    editor = drafting.open_draft(actor, invoice_id)
    panel = ordering.open_order(actor, order_number).panel
    assert (brief.total_label, brief.due_label) == (printed.total_label, printed.due_label)
    assert invoice.total == printed.total_minor
    assert editor.total.amount == panel.total == printed.total
    assert editor.due_label == panel.due_label == printed.due_label
    assert [line.amount for line in editor.lines] == [line.amount for line in printed.lines]
    assert [tax.amount for tax in editor.taxes] == [tax.amount for tax in printed.taxes]
    email = render_invoice_email(printed, link="https://pay.example/i/x")
    pdf = pypdf.PdfReader(io.BytesIO(printing.render_pdf(actor, invoice_id)[0]))
    shown = {
        "page": _text(_get(f"/{path}")),
        "e-mail text": email.text,
        "e-mail HTML": _text(email.html),
        "PDF": " ".join(page.extract_text() for page in pdf.pages),
    }
    amounts = {printed.total, printed.due_amount, printed.subtotal}
    rows: tuple[PrintedLine | PrintedAdjustment | PrintedTax, ...] = (*printed.lines, *printed.adjustments, *printed.taxes)
    amounts |= {row.amount for row in rows}
    missing = {place: sorted(amounts - _amounts(text)) for place, text in shown.items()}
    assert missing == {place: [] for place in shown}


def _get(path: str) -> str:
    async def get() -> str:
        transport = httpx.ASGITransport(app=http_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
            answer = await client.get(path)
            assert answer.status_code == 200
            return answer.text

    return asyncio.run(get())


def _text(markup: str) -> str:
    without_style = re.sub(r"<(style|script).*?</\1>", " ", markup, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", without_style))


def _amounts(text: str) -> set[str]:
    return set(re.findall(r"−?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d{2}", text.replace("−$", "−").replace("$", " ")))
