"""The one check of an e-mail address: what it lets pass, mail programs and Stripe take."""

from email_validator import EmailNotValidError, validate_email

from invoice_app.domain.errors import ValidationFailed


def parse_address(text: str, field: str) -> str:
    """An e-mail address in its normal form (RFC 5321: at most 254 characters). Raises ValidationFailed at `field`."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise ValidationFailed("Enter an e-mail address such as name@example.com.", field, text) from None
