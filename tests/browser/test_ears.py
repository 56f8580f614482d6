"""The listener that ends every browser test hears what it is there for."""

import pytest
from playwright.sync_api import Browser, Page

from devtools.stack import Stack
from tests.browser.ears import Ears

pytestmark = pytest.mark.browser

INLINE_SCRIPT = """() => {
  const script = document.createElement("script");
  script.textContent = "window.isRun = true";
  document.body.append(script);
}"""
FAULTS = {
    "Content Security Policy": INLINE_SCRIPT,
    "page error: thrown in the page": "() => { setTimeout(() => { throw new Error('thrown in the page'); }); }",
    "console: said by the page": "() => console.error('said by the page')",
    "net::ERR_CONNECTION_REFUSED": "() => { new Image().src = '/refused.png'; }",
}


@pytest.mark.parametrize("complaint", FAULTS)
def test_each_kind_of_fault_is_heard(stack: Stack, browser: Browser, complaint: str) -> None:
    """No console error, no policy violation: and the app's policy really forbids inline scripts."""
    ears = Ears()
    context = browser.new_context()
    ears.listen_to(context)
    page = context.new_page()
    page.route("**/refused.png", lambda route: route.abort("connectionrefused"))
    page.goto(f"{stack.app_url}/auth/sign-in")
    page.evaluate(FAULTS[complaint])
    wait_for(page, ears)
    assert any(complaint in each for each in ears.complaints), ears.complaints
    assert page.evaluate("window.isRun") is None
    context.close()


def wait_for(page: Page, ears: Ears) -> None:
    """Events come in with the browser's next answers."""
    for _ in range(200):
        if ears.complaints:
            return
        page.evaluate("() => new Promise((done) => setTimeout(done, 10))")
