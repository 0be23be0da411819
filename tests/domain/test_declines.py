import pytest

from invoice_app.domain.declines import REASONS, SECRET_CODES, UNKNOWN, Reason, explain_decline


def test_not_enough_funds_is_told_with_what_to_do_next() -> None:
    reason = explain_decline("insufficient_funds", "card_declined")

    assert reason.explanation == "The bank declined it: not enough funds."
    assert reason.next_step == "Ask for another card, or try again after payday."
    assert reason.customer_text == "Your bank declined this card: not enough funds. Please use another card."


@pytest.mark.parametrize("code", sorted(SECRET_CODES))
def test_a_thief_learns_nothing_from_a_decline(code: str) -> None:
    assert explain_decline(code).customer_text == UNKNOWN.customer_text
    assert explain_decline(code).explanation != UNKNOWN.explanation


def test_no_customer_text_speaks_of_loss_theft_or_fraud() -> None:
    for reason in REASONS.values():
        words = reason.customer_text.lower()
        assert not any(word in words for word in ("lost", "stolen", "fraud", "risk", "block", "pickup"))


@pytest.mark.parametrize("reason", [*REASONS.values(), UNKNOWN], ids=[*REASONS, "unknown"])
def test_every_reason_is_complete_sentences_without_codes(reason: Reason) -> None:
    assert reason.title
    for text in (reason.explanation, reason.next_step, reason.customer_text):
        assert text.endswith(".")
        assert "_" not in text


@pytest.mark.parametrize(("decline_code", "error_code"), [("brand_new_code", "card_declined"), ("", ""), ("", "no_such_code")])
def test_an_unknown_code_reads_as_a_plain_decline(decline_code: str, error_code: str) -> None:
    assert explain_decline(decline_code, error_code) == UNKNOWN


def test_the_error_code_speaks_where_there_is_no_decline_code() -> None:
    assert explain_decline("", "expired_card").title == "Card expired"
    assert explain_decline("brand_new_code", "incorrect_cvc").title == "Wrong security code"


def test_a_bank_that_wants_the_customer_leads_to_the_link() -> None:
    assert explain_decline("authentication_required").next_step == "Send the payment link, so that the customer can confirm it."
