"""Who else has an invoice open in the drawer, and in which field they are (product.md, "Two editors")."""

from dataclasses import dataclass

from sqlmodel import col, select

from invoice_app.db import reading
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.gateways import signals
from invoice_app.gateways.presence import Sighting, forget_sighting, list_sightings, note_sighting
from invoice_app.models import Item
from invoice_app.services.conflicting import FIELD_NAMES
from invoice_app.services.draft_texts import LINE_FIELDS

# Of people in one drawer, who are few; the same person always has the same one.
COLOURS = 4


@dataclass(frozen=True)
class Attendee:
    """Somebody else in the drawer. `field` is the id of the input they are in, `where` says it: "Quantity of Drone photos"."""

    name: str
    called: str
    initials: str
    colour: str
    field: str
    where: str


def attendance_topic(invoice_id: int) -> str:
    """What is signalled when somebody comes, goes, or changes the field."""
    return f"attendance:{invoice_id}"


def attend_invoice(actor: Actor | None, invoice_id: int, tab: str, field: str) -> tuple[Attendee, ...]:
    """Say that this tab is in the drawer and in which field; answers who else is there.

    `field` is the id of an input, such as "line-<key>-quantity"; that of anything else counts as none. To be repeated within
    20 seconds: who falls silent is forgotten. Writes nothing to the database and takes no lock.
    """
    viewer = require(actor, Permission.VIEW)
    where = field if _parse_field(field) else ""
    if note_sighting(str(invoice_id), tab=tab, user_id=viewer.user_id, name=viewer.name, field=where):
        signals.publish(attendance_topic(invoice_id))
    return list_attendees(viewer, invoice_id)


def leave_invoice(actor: Actor | None, invoice_id: int, tab: str) -> None:
    """This tab has closed the drawer."""
    require(actor, Permission.VIEW)
    if forget_sighting(str(invoice_id), tab):
        signals.publish(attendance_topic(invoice_id))


def list_attendees(actor: Actor | None, invoice_id: int) -> tuple[Attendee, ...]:
    """Everybody else in the drawer by name, each once; one's own other tabs are nobody else."""
    viewer = require(actor, Permission.VIEW)
    latest: dict[int, Sighting] = {}
    for one in sorted(list_sightings(str(invoice_id)), key=lambda one: (one.field != "", one.seen_at)):
        if one.user_id != viewer.user_id:
            latest[one.user_id] = one
    keys = [parsed[0] for one in latest.values() if (parsed := _parse_field(one.field))]
    names = _name_lines(keys) if keys else {}
    return tuple(sorted((_describe(one, names) for one in latest.values()), key=lambda attendee: attendee.name.casefold()))


def _describe(one: Sighting, names: dict[str, str]) -> Attendee:
    parsed = _parse_field(one.field)
    where = f"{FIELD_NAMES[parsed[1]]} of {names.get(parsed[0], 'a new line')}" if parsed else ""
    return Attendee(
        name=one.name,
        called=one.name.partition(" ")[0],
        initials="".join(part[0] for part in one.name.split()[:2]).upper(),
        colour=str(one.user_id % COLOURS),
        field=one.field,
        where=where,
    )


def _parse_field(field: str) -> tuple[str, str] | None:
    """The line's key and the field's name of an input's id."""
    start, _, rest = field.partition("-")
    key, _, name = rest.rpartition("-")
    return (key, name) if start == "line" and key and name in LINE_FIELDS else None


def _name_lines(keys: list[str]) -> dict[str, str]:
    with reading() as session:
        return dict(session.exec(select(Item.key, Item.description).where(col(Item.key).in_(keys))).all())
