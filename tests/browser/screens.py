"""Every screen of the app by its address, for what must hold on all of them."""

from playwright.sync_api import Page

SCREENS = {
    "home": "/",
    "timesheets": "/timesheets",
    "deleted timesheets": "/timesheets?deleted=yes",
    "no timesheets": "/timesheets?state=failed",
    "a new timesheet": "/timesheets/new",
    "projects": "/projects",
    "a new project": "/projects/new",
    "people": "/users",
    "tasks": "/tasks",
    "project items": "/project-items",
    "import matching template": "/settings/import-template",
    "data sync": "/settings/data-sync/procore",
    "activity": "/settings/import-timesheets",
    "disconnect": "/settings/import-timesheets/disconnect",
    "side panel": "/panel",
    "sign-in": "/auth/sign-in",
    "API": "/api/docs",
    "not found": "/nothing-here",
}

FAULTS = """() => {
  const faults = [];
  const say = (text, element) => faults.push(`${text}: ${element.outerHTML.slice(0, 120)}`);
  const isShown = (element) => element.checkVisibility({visibilityProperty: true});
  const headings = [...document.querySelectorAll("h1")].filter(isShown);
  if (headings.length !== 1) faults.push(`${headings.length} headings of level 1`);
  if (document.querySelectorAll("main").length !== 1) faults.push("not one main landmark");
  if (!document.documentElement.lang) faults.push("no language");
  if (!document.title.trim()) faults.push("no title");
  const seen = new Set();
  for (const element of document.querySelectorAll("[id]")) {
    if (seen.has(element.id)) say("an id twice", element);
    seen.add(element.id);
  }
  const words = (ids) => ids.split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join("").trim();
  const named = (element) =>
    element.getAttribute("aria-label")?.trim() ||
    words(element.getAttribute("aria-labelledby") ?? "") ||
    [...(element.labels ?? [])].some((label) => label.textContent.trim()) ||
    (!element.matches("input, select, textarea") && element.textContent.trim());
  const controls = "input:not([type=hidden]), select, textarea, button, a[href], summary";
  for (const element of document.querySelectorAll(controls)) {
    if (isShown(element) && !named(element)) say("no name", element);
  }
  for (const element of document.querySelectorAll("[aria-labelledby], [aria-describedby]")) {
    for (const name of ["aria-labelledby", "aria-describedby"]) {
      const ids = (element.getAttribute(name) ?? "").split(" ").filter(Boolean);
      if (ids.some((id) => !document.getElementById(id))) say(`${name} of nothing`, element);
    }
  }
  for (const image of document.querySelectorAll("svg:not([aria-hidden=true]):not([role=img]), img:not([alt])")) {
    say("a picture without words", image);
  }
  const levels = [...document.querySelectorAll("h1, h2, h3, h4")].filter(isShown).map((each) => +each.tagName[1]);
  levels.forEach((level, index) => {
    if (index && level > levels[index - 1] + 1) faults.push(`heading ${level} after ${levels[index - 1]}`);
  });
  return faults;
}"""

CONTRASTS = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const over = (colour, below) => {
    canvas.fillStyle = `rgb(${below.join(" ")})`;
    canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const ground = (element) => {
    const chain = [];
    for (let each = element; each; each = each.parentElement) chain.unshift(getComputedStyle(each).backgroundColor);
    return chain.reduce((below, colour) => over(colour, below), [255, 255, 255]);
  };
  const light = (rgb) => {
    const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = rgb.map((each) => linear(each / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const unseen = "[disabled], [aria-disabled=true], .skip-link, .visually-hidden, script, noscript, option";
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility({visibilityProperty: true})) continue;
    if (element.closest(unseen)) continue;
    const below = ground(element);
    const [a, b] = [light(over(getComputedStyle(element).color, below)), light(below)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${walker.currentNode.data.trim().slice(0, 60)}`);
  }
  return poor;
}"""


def faults(page: Page) -> list[str]:
    """What keeps a person with a screen reader from using the page."""
    found: list[str] = page.evaluate(FAULTS)
    return found


def poor_contrasts(page: Page) -> list[str]:
    """Texts that stand out from their ground by less than 4.5 to 1."""
    found: list[str] = page.evaluate(CONTRASTS)
    return found


def excess_width(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    excess: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return excess
