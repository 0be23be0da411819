"""Every public function of the services that writes tells the event log who did what (product.md invariant 21)."""

import ast
from pathlib import Path

import invoice_app

PACKAGE = Path(invoice_app.__file__).parent
# What writes without an entry, and why.
UNRECORDED = {
    "adding_lines.add_booking_items": "edits a draft, which is no change until it is saved (A20)",
    "adding_lines.add_guestroom": "edits a draft",
    "adding_lines.add_several_lines": "edits a draft",
    "adjusting.add_adjustment": "edits a draft",
    "checking_out.ensure_customer": "keeps the id under which the gateway knows a customer",
    "checking_out.register_account": "keeps the id under which the gateway knows a customer",
    "drafting.add_line": "edits a draft",
    "drafting.discard_draft": "edits a draft",
    "drafting.edit_draft": "edits a draft",
    "drafting.edit_line": "edits a draft",
    "drafting.move_adjustment": "edits a draft",
    "drafting.move_line": "edits a draft",
    "drafting.remove_adjustment": "edits a draft",
    "drafting.remove_line": "edits a draft",
    "drafting.settle_conflicts": "edits a draft",
    "issuing.issue_document": "part of finalising and of what follows it, which are recorded",
    "noticing.read_notices": "marks one's own notices as read",
    "notifying.deliver_due_emails": "the outbox keeps its own record of each message",
    "noting_fees.note_fee": "learns what the gateway kept of a payment that is recorded",
    "printing.keep_credit_pdf": "keeps the hash of what was printed",
    "printing.keep_issued_pdf": "keeps the hash of what was printed",
    "printing.render_credit_pdf": "keeps the hash of what was printed",
    "printing.render_pdf": "keeps the hash of what was printed",
    "printing.render_shared_credit_pdf": "keeps the hash of what was printed",
    "printing.render_shared_pdf": "keeps the hash of what was printed",
    "receiving.apply_pending_events": "what each event does is recorded by what it reaches",
    "receiving.store_events": "the inbox keeps its own record of each event",
    "requesting_cards.refresh_card": "learns a card's new expiry from the gateway",
}
Function = tuple[str, str, str]


def read_functions() -> dict[Function, set[str]]:
    """Every top-level function of services and repositories, with the names it mentions."""
    found: dict[Function, set[str]] = {}
    for folder in ("services", "repositories"):
        for path in sorted((PACKAGE / folder).glob("*.py")):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.FunctionDef):
                    inner = [part for part in ast.walk(node) if isinstance(part, ast.Name | ast.Attribute)]
                    found[folder, path.stem, node.name] = {
                        part.id if isinstance(part, ast.Name) else part.attr for part in inner
                    }
    return found


def test_every_service_that_writes_records_an_event() -> None:
    functions = read_functions()
    by_name: dict[str, list[Function]] = {}
    for function in functions:
        by_name.setdefault(function[2], []).append(function)

    def mentions(function: Function) -> set[str]:
        reached, waiting = set(), [function]
        while waiting:
            if (one := waiting.pop()) not in reached:
                reached.add(one)
                waiting.extend(other for name in functions[one] for other in by_name.get(name, ()))
        return set().union(*(functions[one] for one in reached))

    public = [function for function in functions if function[0] == "services" and not function[2].startswith("_")]
    writing = {f"{module}.{name}": mentions((folder, module, name)) for folder, module, name in public}
    silent = {name for name, said in writing.items() if "transaction" in said and "record_event" not in said}
    assert len([name for name, said in writing.items() if "record_event" in said]) > 50
    assert silent == set(UNRECORDED)
