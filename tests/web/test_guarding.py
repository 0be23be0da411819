"""What surrounds the application: a policy that allows the built pages' own scripts, and redirects of our own only."""

import base64
import hashlib

import pytest

from invoice_app.web.guarding import make_relative, write_page_policy


def test_each_inline_script_of_the_pages_is_allowed_by_its_hash_and_no_other() -> None:
    policy = write_page_policy(
        ["<script>one()</script><script src='/ui.js' defer></script>", '<script type="module">two()</script>']
    )
    hashes = [base64.b64encode(hashlib.sha256(text).digest()).decode() for text in (b"one()", b"two()")]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert set(scripts.split()[1:]) == {"'self'", "'unsafe-eval'", *(f"'sha256-{value}'" for value in hashes)}


@pytest.mark.parametrize(
    ("location", "relative"),
    [
        ("http://evil.example/orders/", "/orders/"),
        ("https://evil.example/orders/?page=2", "/orders/?page=2"),
        ("http://evil.example//other.example/", "/other.example/"),
        ("/orders", "/orders"),
        ("https://checkout.stripe.com/c/pay", "https://checkout.stripe.com/c/pay"),
    ],
)
def test_a_redirect_never_repeats_the_host_the_caller_named(location: str, relative: str) -> None:
    assert make_relative(location, "evil.example") == relative
