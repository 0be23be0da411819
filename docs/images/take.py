"""Take the README's pictures from the running sample studio: `python -m docs.images.take`."""

import io
import re
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from invoice_app.demo.loading import SHOWN_ORDER
from invoice_app.demo.studio import OWNER
from invoice_app.running.building import build_frontend
from tests.chromium import ARGUMENTS, find_chromium
from tests.e2e.desk import make_template, open_desk

FOLDER = Path(__file__).parent
WINDOW = {"width": 1280, "height": 800}
SHARP = 1.5


def main() -> None:
    """Both pictures: staff with the invoice open, and what the customer sees."""
    build_frontend()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
        with open_desk(Path(folder) / "desk", make_template(Path(folder))) as desk:
            link = re.search(r"http\S+/i/\S+", desk.log.read_text())
            assert link is not None
            context = browser.new_context(base_url=desk.url, viewport=WINDOW, device_scale_factor=SHARP)
            keep(show_order(context.new_page()), "order.png")
            guest = browser.new_context(viewport={"width": 860, "height": 800}, device_scale_factor=SHARP).new_page()
            guest.goto(link.group())
            keep(guest, "customer.png")
        browser.close()


def show_order(page: Page) -> Page:
    """Sign in, open the order, open its invoice."""
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(OWNER.email)
    page.get_by_label("Password").fill(OWNER.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text(SHOWN_ORDER).first.click()
    page.get_by_role("button", name="Change Invoice", exact=True).click()
    page.get_by_role("dialog", name="Invoice", exact=True).wait_for()
    return page


def keep(page: Page, name: str) -> None:
    """A picture in a few hundred colours: a third of the size, and nobody sees the difference."""
    page.wait_for_timeout(800)
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT).save(FOLDER / name, optimize=True)


if __name__ == "__main__":
    main()
