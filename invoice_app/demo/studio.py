"""The sample studio: who works there, what it sells, whom it works for."""

from dataclasses import dataclass

from invoice_app.domain.access import Role
from invoice_app.services.draft_views import CouponForm
from invoice_app.services.setting_invoices import NumberingForm, WordingForm
from invoice_app.services.views import OrganisationForm

ORGANISATION = OrganisationForm(
    name="Northlight Studio",
    email="desk@northlight.example",
    address="14 Wharf Street\nPortland, ME 04101\nUnited States",
    tax_ids="EIN: 00-1234567",
    currency="USD",
    locale="en_US",
    time_zone="America/New_York",
    prices_include_tax=False,
    tax_rounding="sum_by_net",
)

WORDING = WordingForm(
    payment_terms_days="14",
    terms="Payable within 14 days. Your photographs unlock as soon as the invoice is paid.",
)
NUMBERING = NumberingForm(
    number_prefix="NL", number_pattern="{prefix}-{year}-{sequence}", number_padding="5", credit_prefix="NLC"
)


@dataclass(frozen=True)
class Colleague:
    """Somebody of the staff with the documented password of the sample."""

    name: str
    email: str
    role: Role
    password: str


OWNER = Colleague("Ingrid Solberg", "owner@northlight.example", Role.OWNER, "northlight-owner")
COLLEAGUES = (
    OWNER,
    Colleague("Amara Voss", "admin@northlight.example", Role.ADMIN, "northlight-admin"),
    Colleague("Miles Keane", "staff@northlight.example", Role.STAFF, "northlight-staff"),
    Colleague("Petra Lang", "books@northlight.example", Role.READ_ONLY, "northlight-books"),
)


@dataclass(frozen=True)
class Flow:
    """A booking flow and its payment settings."""

    name: str
    payments_enabled: bool
    hold_card: bool


LISTING = Flow("Real estate listing", payments_enabled=True, hold_card=False)
INTERIORS = Flow("Architecture and interiors", payments_enabled=True, hold_card=True)
EDITORIAL = Flow("Editorial, billed by the publisher", payments_enabled=False, hold_card=False)
FLOWS = (LISTING, INTERIORS, EDITORIAL)


@dataclass(frozen=True)
class SampleTax:
    """A tax as staff choose it; `rate` as typed, `category` of EN 16931 (S standard, E exempt)."""

    name: str
    rate: str
    category: str


SALES_TAX = SampleTax("Maine sales tax 5.5%", "5.5", "S")
EXEMPT = SampleTax("Exempt", "0", "E")
TAXES = (SALES_TAX, EXEMPT)


@dataclass(frozen=True)
class Customer:
    """Who is billed: a person or a company."""

    name: str
    email: str
    address: str
    kind: str = "company"


VERA = Customer("Vera Lindt", "vera.lindt@example.com", "Harbor Loft, 3 Commercial Street\nPortland, ME 04101", "person")
CASCO = Customer("Casco Bay Realty", "listings@cascobay.example", "88 Exchange Street\nPortland, ME 04101")
OKAFOR = Customer("Okafor & Lund Architects", "studio@okaforlund.example", "27 Market Street\nPortland, ME 04101")
TIDEWATER = Customer("The Tidewater Inn", "marketing@tidewater.example", "12 Ocean Avenue\nKennebunkport, ME 04046")
VEGA = Customer("Marisol Vega Interiors", "marisol@vega-interiors.example", "40 Pleasant Street\nPortland, ME 04101")
PEAKS = Customer("Peaks Island Builders", "office@peaksbuilders.example", "5 Welch Street\nPeaks Island, ME 04108")
JUNIPER = Customer("Juniper & Salt", "hello@juniperandsalt.example", "19 Exchange Street\nPortland, ME 04101")
QUARTERLY = Customer("Coastal Living Quarterly", "pictures@coastalquarterly.example", "200 Commercial Street\nBoston, MA 02109")
DANIEL = Customer("Daniel Hsu", "daniel.hsu@example.com", "211 Fore Street\nPortland, ME 04101", "person")
EASTERN = Customer("Eastern Prom Properties", "sales@easternprom.example", "1 Eastern Promenade\nPortland, ME 04101")
ARTS = Customer("Saint Lawrence Arts Center", "director@stlawrencearts.example", "76 Congress Street\nPortland, ME 04101")
SPRUCE = Customer("Blue Spruce Development", "projects@bluespruce.example", "9 Mill Hill Road\nBethel, ME 04217")
CUSTOMERS = (VERA, CASCO, OKAFOR, TIDEWATER, VEGA, PEAKS, JUNIPER, QUARTERLY, DANIEL, EASTERN, ARTS, SPRUCE)

COUPONS = (
    CouponForm(code="AUTUMN10", label="Autumn listings, 10% off", method="percent", value="10", minimum="300.00"),
    CouponForm(code="FIRSTSHOOT", label="First shoot, $50 off", method="fixed", value="50.00", customer_limit="1"),
    CouponForm(code="TRADE15", label="Trade partners, 15% off", method="percent", value="15", total_limit="20"),
    CouponForm(code="SPRING25", label="Spring opening, 25% off", method="percent", value="25", minimum="800.00"),
)
SPRING_COUPON = "SPRING25"
