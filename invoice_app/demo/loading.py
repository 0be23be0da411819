"""Fill an empty database of the sample mode."""

import io
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

from sqlalchemy import event
from sqlmodel import select

from invoice_app.config import settings
from invoice_app.db import engine, transaction
from invoice_app.demo.bookings import BOOKINGS
from invoice_app.demo.describing import find_actor
from invoice_app.demo.local_stripe import LocalStripe
from invoice_app.demo.orders import STORIES
from invoice_app.demo.pictures import draw_logo
from invoice_app.demo.stories import Story
from invoice_app.demo.studio import (
    COLLEAGUES,
    COUPONS,
    CUSTOMERS,
    FLOWS,
    NUMBERING,
    ORGANISATION,
    OWNER,
    SALES_TAX,
    SPRING_COUPON,
    TAXES,
    WORDING,
)
from invoice_app.demo.telling import tell
from invoice_app.domain.access import Actor, Permission
from invoice_app.domain.errors import AppError
from invoice_app.gateways.files import FileStore
from invoice_app.models import Account, Organisation
from invoice_app.services import configuring, couponing, notifying, setting_invoices
from invoice_app.services.founding import found_organisation, is_founded
from invoice_app.services.printing import upload_root

LOGO_BYTES = 100_000


class SampleRefused(AppError):
    """The sample does not belong here; the message says why."""

    code = "sample_refused"
    status = 409


def load_sample(stories: tuple[Story, ...] = (*STORIES, *BOOKINGS)) -> None:
    """Found the sample studio and tell its stories. Raises SampleRefused in production and on a database in use."""
    if settings().mode != "sample":
        raise SampleRefused("The sample data is for INVOICE_MODE=sample only. Nothing was changed.")
    if is_founded():
        raise SampleRefused("This database is in use already, so the sample data stays out. Nothing was changed.")
    owner = found_organisation(organisation=ORGANISATION.name, owner=OWNER.name, email=OWNER.email, password=OWNER.password)
    _set_up(owner)
    actors = tuple(actor for colleague in COLLEAGUES if (actor := find_actor(colleague)) and actor.may(Permission.EDIT_ORDERS))
    behind = timedelta(days=max(story.days_ago for story in stories) + 1)
    with ExitStack() as stack:
        stack.enter_context(_without_waiting_for_the_disk())
        stripe = stack.enter_context(LocalStripe(behind)) if settings().uses_sandbox else None
        tell(stories, actors, stripe)
    _add_addresses()
    spring = next(coupon for coupon in couponing.list_coupons(owner) if coupon.code == SPRING_COUPON)
    couponing.set_coupon_active(owner, spring.id, False)
    while notifying.deliver_due_emails():
        pass


@contextmanager
def _without_waiting_for_the_disk() -> Iterator[None]:
    """A power cut in these seconds may spoil the SQLite file, which holds no more than half a sample."""

    def relax(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    if engine().dialect.name != "sqlite":
        yield
        return
    engine().dispose()
    event.listen(engine(), "connect", relax)
    try:
        yield
    finally:
        event.remove(engine(), "connect", relax)
        engine().dispose()


def _set_up(owner: Actor) -> None:
    configuring.save_organisation(owner, ORGANISATION)
    setting_invoices.save_wording(owner, WORDING)
    setting_invoices.save_numbering(owner, NUMBERING)
    for flow in FLOWS:
        configuring.save_flow(owner, None, name=flow.name, payments_enabled=flow.payments_enabled, hold_card=flow.hold_card)
    for tax in TAXES:
        configuring.save_tax(
            owner, None, name=tax.name, rate=tax.rate, category=tax.category, is_default=tax is SALES_TAX, active=True
        )
    for colleague in COLLEAGUES:
        if colleague is not OWNER:
            configuring.save_user(
                owner,
                None,
                name=colleague.name,
                email=colleague.email,
                role=colleague.role,
                password=colleague.password,
                active=True,
            )
    for coupon in COUPONS:
        couponing.create_coupon(owner, coupon)
    _set_logo()


def _set_logo() -> None:
    stored = FileStore(upload_root()).save(io.BytesIO(draw_logo()), max_bytes=LOGO_BYTES, allowed_types={"image/png"})
    with transaction() as session:
        organisation = session.get(Organisation, 1)
        assert organisation is not None
        organisation.logo_key = stored.key
        session.add(organisation)


def _add_addresses() -> None:
    with transaction() as session:
        accounts = {account.name: account for account in session.exec(select(Account)).all()}
        for customer in CUSTOMERS:
            if account := accounts.get(customer.name):
                account.address, account.kind = customer.address, customer.kind
                session.add(account)
