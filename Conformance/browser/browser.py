"""Chromium as the tests use it: the three forms of a page, and a watch on everything a page does while it is open."""

import contextlib
import os
import pathlib
import re
import shutil

from playwright.sync_api import Error

# A machine may be slow and busy: conditions are waited for as long as they need, within reason.
PATIENCE = 120_000
FORMS = {
    "desktop": {"viewport": {"width": 1400, "height": 900}, "color_scheme": "light"},
    "narrow": {"viewport": {"width": 400, "height": 800}, "color_scheme": "light", "has_touch": True},
    "dark": {"viewport": {"width": 1400, "height": 900}, "color_scheme": "dark"},
}
ACCESSIBILITY = (pathlib.Path(__file__).parent / "accessibility.js").read_text()
# Recorded inside the page: what the policy stopped, and whether planted code ran.
WATCH = """
window.stopped = [];
addEventListener("securitypolicyviolation", (event) =>
    stopped.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ""}`));
"""


def chromium():
    """The path of the system's Chromium, or None."""
    names = (
        os.environ.get("STEWARD_CHROMIUM"),
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    )
    return next((path for path in map(shutil.which, filter(None, names)) if path), None)


class Running:
    """A browser that runs. Should it die, the test that used it fails, and the next one gets another."""

    def __init__(self, driver, arguments, environment):
        flags = ["--disable-gpu", "--font-render-hinting=none", *arguments]
        # Chromium's sandbox does not work for root, who runs the tests in containers.
        if os.geteuid() == 0:
            flags.append("--no-sandbox")
        self.launch = lambda: driver.chromium.launch(
            executable_path=chromium(), args=flags, env=environment, timeout=PATIENCE
        )
        self.browser = self.launch()

    def alive(self):
        if not self.browser.is_connected():
            self.browser = self.launch()
        return self.browser

    def new_context(self, **options):
        return self.alive().new_context(**options)

    def new_page(self, **options):
        return self.alive().new_page(**options)


@contextlib.contextmanager
def launched(driver, *arguments, environment=None):
    """A running browser. `driver` is what sync_playwright() gives, once in a process; `arguments` are further flags of
    Chromium, `environment` is its own instead of ours."""
    running = Running(driver, arguments, environment)
    try:
        yield running
    finally:
        running.browser.close()


def serve(route, folder):
    """Answers with a file of a folder in the place of the server."""
    route.fulfill(path=f"{folder}/{route.request.url.rsplit('/', 1)[1]}")


class Visit:
    """A browser context with one page in it, and everything that happened there."""

    def __init__(self, browser, url, form="desktop", **options):
        self.url = url
        self.context = browser.new_context(**(FORMS[form] | options))
        self.context.set_default_timeout(PATIENCE)
        self.context.set_default_navigation_timeout(PATIENCE)
        if options.get("java_script_enabled", True):
            self.context.add_init_script(WATCH)
        # STEWARD_UI=ui shows style sheet and script as they are in the folder, without building the server again.
        if folder := os.environ.get("STEWARD_UI"):
            self.context.route(re.compile(r"/assets/\w+/steward\.(css|js)$"), lambda route: serve(route, folder))
        self.console, self.errors, self.dialogs, self.foreign, self.broken = [], [], [], [], []
        self.page = self.context.new_page()
        self.context.on("page", self.watch)
        self.watch(self.page)

    def watch(self, page):
        page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", self.dismiss)
        page.on("request", self.look)
        page.on("response", self.judge)
        page.on("requestfailed", self.failed)

    def dismiss(self, dialog):
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def look(self, request):
        if not request.url.startswith((self.url + "/", "data:", "about:")):
            self.foreign.append(request.url)

    def judge(self, response):
        if response.status >= 400 and response.request.resource_type != "document":
            self.broken.append(f"{response.status} {response.url}")

    def failed(self, request):
        # A page that one leaves cancels what it was asking for.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.broken.append(f"{request.failure} {request.url}")

    def open(self, path):
        """Opens a page and waits until it has settled: fonts, images and scripts are there. Gives the answer."""
        answer = self.page.goto(self.url + path, wait_until="load")
        return answer

    def faults(self):
        """What a page that is in order never does."""
        found = [f"console {text}" for text in self.console if text.startswith(("error", "warning"))]
        found += [f"script failed: {text}" for text in self.errors]
        found += [f"dialog: {text}" for text in self.dialogs]
        found += [f"request to another place: {url}" for url in self.foreign]
        found += [f"answer: {text}" for text in self.broken]
        with contextlib.suppress(Exception):
            found += [f"policy: {text}" for text in self.page.evaluate("window.stopped ?? []")]
            if self.page.evaluate("window.pwned !== undefined"):
                found.append("planted code ran")
        return found

    def inaccessible(self, excused=()):
        """Faults that accessibility.js finds, but for those of the rules that are excused."""
        return [fault for fault in self.page.evaluate(ACCESSIBILITY) if not fault.startswith(tuple(excused) or "\0")]

    def close(self):
        with contextlib.suppress(Error):
            self.context.close()
