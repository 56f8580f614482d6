"""The app in a tab of its own: sign in there, and send what no button sends."""

from playwright.sync_api import BrowserContext, Page

from devtools.stack import Stack
from devtools.visit import allow

SEND = """async ([method, path, fields]) => {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const body = method === "GET" ? undefined : new URLSearchParams(fields);
  const answer = await fetch(path, {method, body, headers: {"X-CSRFToken": token}, redirect: "manual"});
  return answer.status;
}"""


def open_tab(stack: Stack, context: BrowserContext, who: str, path: str) -> Page:
    """Signed in, on the page of the path."""
    page = context.new_page()
    page.goto(stack.app_url + path)
    page.get_by_role("link", name="Sign in with Procore").click()
    allow(page, who)
    page.wait_for_url(f"{stack.app_url}/**")
    return page


def act(page: Page, method: str, path: str, **fields: str) -> int:
    """The status of a request that the page itself would send, with its session and its token."""
    status: int = page.evaluate(SEND, [method, path, fields])
    return status


def timesheet_address(page: Page, description: str) -> str:
    """From the list of timesheets."""
    row = page.locator("tr.record").filter(has_text=description)
    return row.get_by_role("link").first.get_attribute("href") or ""
