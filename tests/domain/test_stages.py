from itertools import product
from typing import Any

import pytest

from invoice_app.domain.errors import ActionRefused, AttemptInProgress, InvoiceAlreadyFinalized, InvoiceIsVoid
from invoice_app.domain.stages import (
    BARRIERS,
    TRANSITIONS,
    Action,
    Barrier,
    Kind,
    LockPolicy,
    Stage,
    allowed,
    require_allowed,
)

DRAFT, SENT, FINALIZED, VOID = Stage.DRAFT, Stage.SENT, Stage.FINALIZED, Stage.VOID

# Which stages allow an action on a standalone invoice without payments, under the default policy.
OPEN_STAGES = {
    Action.EDIT_LINES: {DRAFT, SENT},
    Action.SAVE: {DRAFT, SENT},
    Action.EDIT_TERMS: {DRAFT, SENT, FINALIZED},
    Action.ADD_GUESTROOM: {DRAFT, SENT},
    Action.SEND: {DRAFT, SENT, FINALIZED},
    Action.DOWNLOAD: {DRAFT, SENT, FINALIZED, VOID},
    Action.FINALIZE: {DRAFT, SENT},
    Action.VOID: {DRAFT, SENT, FINALIZED},
    Action.UNVOID: {VOID},
    Action.DELETE: {DRAFT, SENT},
    Action.CONNECT: {DRAFT, SENT},
    Action.FREEZE: set(),
    Action.TAKE_PAYMENT: {DRAFT, SENT, FINALIZED},
    Action.PAY_ONLINE: {SENT, FINALIZED},
    Action.REFUND: set(),
    Action.CREDIT: {FINALIZED},
}


# Every stage × action × kind × paid state under the default policy: "." goes ahead, a letter names what forbids it.
#                        standalone            connected
#                        draft sent final void draft sent final void, each unpaid then paid
EVERY_SITUATION = """
    edit_lines          ..  ..  LL  VV    ..  ..  LL  VV
    save                ..  ..  LL  VV    ..  ..  LL  VV
    edit_terms          ..  ..  ..  VV    ..  ..  ..  VV
    add_guestroom       ..  ..  LL  VV    CC  CC  LL  VV
    send                ..  ..  ..  VV    ..  ..  ..  VV
    download            ..  ..  ..  ..    ..  ..  ..  ..
    finalize            ..  ..  FF  VV    CC  CC  FF  VV
    void                .P  .P  .P  VV    CC  CC  CC  VV
    unvoid              nn  nn  nn  ..    nn  nn  nn  ..
    delete              .P  .P  FF  VV    .P  .P  FF  VV
    connect             ..  ..  LL  VV    CC  CC  LL  VV
    freeze              SS  SS  SS  VV    ..  ..  ..  VV
    take_payment        ..  ..  ..  VV    ..  ..  ..  VV
    pay_online          DD  ..  ..  VV    DD  ..  ..  VV
    refund              N.  N.  N.  N.    N.  N.  N.  N.
    credit              ff  ff  ..  VV    ff  ff  ..  VV
"""
LETTERS = {
    "V": Barrier.VOID,
    "n": Barrier.NOT_VOID,
    "F": Barrier.FINALIZED,
    "f": Barrier.NOT_FINALIZED,
    "D": Barrier.DRAFT,
    "L": Barrier.LOCKED,
    "C": Barrier.CONNECTED,
    "S": Barrier.STANDALONE,
    "P": Barrier.HAS_PAYMENTS,
    "N": Barrier.NO_PAYMENTS,
}


def read_every_situation() -> list[tuple[Action, Kind, Stage, bool, Barrier | None]]:
    situations = []
    for row in EVERY_SITUATION.strip().splitlines():
        name, *cells = row.split()
        for (kind, stage), cell in zip(product(Kind, Stage), cells, strict=True):
            for paid, letter in zip((False, True), cell, strict=True):
                situations.append((Action(name), kind, stage, paid, LETTERS.get(letter)))
    return situations


def test_every_stage_action_kind_and_paid_state_is_decided_as_the_table_says() -> None:
    situations = read_every_situation()

    assert len(situations) == len(Stage) * len(Action) * len(Kind) * 2
    for action, kind, stage, paid, barrier in situations:
        refusal = allowed(action, stage=stage, kind=kind, has_payments=paid)
        assert (refusal.barrier if refusal else None) == barrier, (action, kind, stage, paid)


@pytest.mark.parametrize("action", Action)
def test_each_stage_allows_what_the_table_says(action: Action) -> None:
    assert {stage for stage in Stage if allowed(action, stage=stage) is None} == OPEN_STAGES[action]


@pytest.mark.parametrize("action", Action)
def test_every_refusal_gives_a_reason_in_words(action: Action) -> None:
    maybe = (False, True)
    for stage, kind, has_payments, in_flight, lock_policy, other in product(Stage, Kind, maybe, maybe, LockPolicy, maybe):
        refusal = allowed(
            action,
            stage=stage,
            kind=kind,
            has_payments=has_payments,
            in_flight=in_flight,
            lock_policy=lock_policy,
            numbered=other,
            credited=other,
            tried=other,
            empty=other,
            unvoid_off=other,
        )
        if refusal is not None:
            assert refusal.action is action
            assert refusal.barrier in {barrier for barrier, _ in BARRIERS[action]}
            assert refusal.reason.endswith(".")
            assert refusal.reason[0].isupper()


@pytest.mark.parametrize(
    ("action", "situation", "barrier"),
    [
        (Action.FINALIZE, {"stage": SENT, "kind": Kind.CONNECTED}, Barrier.CONNECTED),  # D10
        (Action.EDIT_LINES, {"stage": FINALIZED}, Barrier.LOCKED),  # D11
        (Action.DELETE, {"stage": FINALIZED}, Barrier.FINALIZED),  # D12
        (Action.VOID, {"stage": SENT, "kind": Kind.CONNECTED}, Barrier.CONNECTED),  # D13
        (Action.VOID, {"stage": FINALIZED, "has_payments": True}, Barrier.HAS_PAYMENTS),  # D14
        (Action.VOID, {"stage": FINALIZED, "in_flight": True}, Barrier.IN_FLIGHT),
        (Action.TAKE_PAYMENT, {"stage": VOID}, Barrier.VOID),  # D15
        (Action.ADD_GUESTROOM, {"stage": DRAFT, "kind": Kind.CONNECTED}, Barrier.CONNECTED),  # D2
        (Action.DELETE, {"stage": SENT, "numbered": True}, Barrier.NUMBERED),
        (Action.DELETE, {"stage": DRAFT, "has_payments": True}, Barrier.HAS_PAYMENTS),
        (Action.SAVE, {"stage": SENT, "in_flight": True}, Barrier.IN_FLIGHT),
        (Action.TAKE_PAYMENT, {"stage": SENT, "in_flight": True}, Barrier.IN_FLIGHT),
        (Action.PAY_ONLINE, {"stage": DRAFT}, Barrier.DRAFT),
        (Action.DOWNLOAD, {"stage": DRAFT, "lock_policy": LockPolicy.ON_SEND}, Barrier.UNPOSTED),  # B14
        (Action.CONNECT, {"stage": FINALIZED, "lock_policy": LockPolicy.ON_FIRST_PAYMENT}, Barrier.FINALIZED),
        (Action.CREDIT, {"stage": SENT}, Barrier.NOT_FINALIZED),
        (Action.CREDIT, {"stage": FINALIZED, "in_flight": True}, Barrier.IN_FLIGHT),
        (Action.FINALIZE, {"stage": DRAFT, "empty": True}, Barrier.EMPTY),
        (Action.VOID, {"stage": FINALIZED, "credited": True}, Barrier.CREDITED),
        (Action.SAVE, {"stage": FINALIZED, "lock_policy": LockPolicy.ON_FIRST_PAYMENT, "credited": True}, Barrier.CREDITED),
        (Action.DELETE, {"stage": SENT, "tried": True}, Barrier.TRIED),
        (Action.UNVOID, {"stage": VOID, "unvoid_off": True}, Barrier.UNVOID_OFF),  # E20
    ],
)
def test_the_rule_that_forbids_is_named(action: Action, situation: dict[str, Any], barrier: Barrier) -> None:
    refusal = allowed(action, **situation)

    assert refusal is not None
    assert refusal.barrier is barrier


@pytest.mark.parametrize(
    ("action", "situation"),
    [
        (Action.SAVE, {"stage": SENT}),  # D8
        (Action.SAVE, {"stage": SENT, "has_payments": True}),
        (Action.DOWNLOAD, {"stage": DRAFT}),  # A11
        (Action.TAKE_PAYMENT, {"stage": SENT, "kind": Kind.CONNECTED}),
        (Action.FREEZE, {"stage": SENT, "kind": Kind.CONNECTED}),
        (Action.REFUND, {"stage": FINALIZED, "has_payments": True}),
        (Action.SAVE, {"stage": FINALIZED, "lock_policy": LockPolicy.ON_FIRST_PAYMENT}),  # E11
    ],
)
def test_what_the_seeds_allow_is_allowed(action: Action, situation: dict[str, Any]) -> None:
    assert allowed(action, **situation) is None


@pytest.mark.parametrize(
    ("lock_policy", "has_payments", "locked"),
    [
        (LockPolicy.ON_FINALIZE, False, {FINALIZED, VOID}),
        (LockPolicy.ON_FINALIZE, True, {FINALIZED, VOID}),
        (LockPolicy.ON_SEND, False, {SENT, FINALIZED, VOID}),
        (LockPolicy.ON_FIRST_PAYMENT, False, {VOID}),
        (LockPolicy.ON_FIRST_PAYMENT, True, set(Stage)),
    ],
)
def test_revenue_locks_when_the_policy_says(lock_policy: LockPolicy, has_payments: bool, locked: set[Stage]) -> None:
    refused = {
        stage for stage in Stage if allowed(Action.EDIT_LINES, stage=stage, has_payments=has_payments, lock_policy=lock_policy)
    }

    assert refused == locked


def test_the_state_diagram_has_these_arrows() -> None:
    arrows = {(start, end) for start, ends in TRANSITIONS.items() for end in ends}

    assert arrows == {
        (DRAFT, SENT), (DRAFT, FINALIZED), (DRAFT, VOID),
        (SENT, SENT), (SENT, FINALIZED), (SENT, VOID),
        (FINALIZED, FINALIZED), (FINALIZED, VOID),
        (VOID, DRAFT), (VOID, SENT), (VOID, FINALIZED),
    }  # fmt: skip
    assert set(TRANSITIONS) == set(Stage)


@pytest.mark.parametrize(
    ("action", "situation", "error"),
    [
        (Action.SAVE, {"stage": VOID}, InvoiceIsVoid),
        (Action.SAVE, {"stage": FINALIZED}, InvoiceAlreadyFinalized),
        (Action.FINALIZE, {"stage": FINALIZED}, InvoiceAlreadyFinalized),
        (Action.SAVE, {"stage": SENT, "in_flight": True}, AttemptInProgress),
        (Action.SAVE, {"stage": SENT, "lock_policy": LockPolicy.ON_SEND}, ActionRefused),
        (Action.VOID, {"stage": SENT, "has_payments": True}, ActionRefused),
    ],
)
def test_requiring_raises_the_error_that_names_the_rule(
    action: Action, situation: dict[str, Any], error: type[ActionRefused]
) -> None:
    refusal = allowed(action, **situation)
    with pytest.raises(ActionRefused) as raised:
        require_allowed(action, reference="INV-2026-00117", **situation)
    assert type(raised.value) is error
    assert refusal is not None
    assert (raised.value.message, raised.value.action) == (refusal.reason, action)


def test_requiring_what_is_allowed_does_nothing() -> None:
    require_allowed(Action.SAVE, stage=DRAFT)
