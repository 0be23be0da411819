"""Sending one e-mail over SMTP. Without SMTP_URL nothing leaves the machine: the outbox itself is the local mailbox."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from urllib.parse import unquote, urlsplit

from email_validator import EmailNotValidError, validate_email

from invoice_app.config import settings

TIMEOUT_SECONDS = 20


class MailNotSent(Exception):
    """The mail server refused or did not answer. `permanent` says that trying again cannot help."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Mail:
    """One message; `message_id` stays the same when it is sent again, so that a receiver can tell."""

    message_id: str
    recipient: str
    subject: str
    text: str
    html: str


def send_mail(mail: Mail) -> None:
    """Hand one message to the server of SMTP_URL (smtp://, with STARTTLS where offered, or smtps://). Raises MailNotSent."""
    url = settings().smtp_url.get_secret_value()
    if not url:
        return
    try:
        with _connect(url) as server:
            server.send_message(_compose(mail))
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise MailNotSent(f"recipient refused: {codes}", permanent=all(code >= 500 for code in codes)) from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailNotSent("the server takes no addresses beyond ASCII", permanent=True) from error
    except smtplib.SMTPResponseException as error:
        raise MailNotSent(f"{error.smtp_code} {error.smtp_error!r}", permanent=error.smtp_code >= 500) from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailNotSent(repr(error)) from error


def _connect(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    if parts.scheme == "smtps":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT_SECONDS)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server


def _write_address(address: str) -> str:
    """The domain as every server takes it (RFC 5891 A-labels): müller.example as xn--mller-kva.example."""
    if address.isascii():
        return address
    try:
        return validate_email(address, check_deliverability=False, test_environment=True).ascii_email or address
    except EmailNotValidError:
        return address


def _compose(mail: Mail) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = settings().mail_from
    message["To"] = _write_address(parseaddr(mail.recipient)[1])
    message["Subject"] = mail.subject
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message
