"""Goes through the pages with Chromium as a person does: light, dark and on a phone's width. Nothing may be written to the console, nothing may be
loaded from elsewhere or against the policy, no page may be wider than the screen, and what is clicked must do what it says."""

import json
import os
import pathlib
import sys
import time
import urllib.parse

import axe_core_python
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException, TimeoutException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

address, token, pictures = sys.argv[1:]
os.makedirs(pictures, exist_ok=True)
problems = []
axe = next(pathlib.Path(axe_core_python.__file__).parent.glob("**/axe.min.js")).read_text(encoding="utf-8")


def browser(width, height, scheme):
    options = webdriver.ChromeOptions()
    for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage"]:
        options.add_argument(argument)
    options.binary_location = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(os.environ.get("CHROMEDRIVER", "/usr/bin/chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    )
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    return driver


def look(driver, name, path, waits=0.4):
    driver.get(address + path)
    time.sleep(waits)
    check(driver, f"{name} {path}")
    size = driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
    shot = driver.execute_cdp_cmd(
        "Page.captureScreenshot",
        {"captureBeyondViewport": True, "clip": {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 2400), "scale": 1}},
    )
    import base64

    file = f"{name}-{path.strip('/').replace('/', '-').split('?')[0] or 'overview'}.png"
    with open(os.path.join(pictures, file), "wb") as out:
        out.write(base64.b64decode(shot["data"]))


def check(driver, where):
    for entry in driver.get_log("browser"):
        # A page that is no page answers so.
        if "favicon" in entry["message"] or "status of 404" in entry["message"]:
            continue
        problems.append(f"{where}: console: {entry['message']}")
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = message["params"]["request"]["url"]
            if not url.startswith((address, "data:", "about:", "chrome")):
                problems.append(f"{where}: loads {url}")
    driver.execute_script(axe)
    found = driver.execute_async_script("axe.run(document, {resultTypes: ['violations']}).then(arguments[0], e => arguments[0]({violations: [], failed: String(e)}))")
    if "failed" in found:
        problems.append(f"{where}: axe: {found['failed']}")
    for violation in found["violations"]:
        if violation["impact"] in ("serious", "critical"):
            nodes = "; ".join(node["html"][:150] for node in violation["nodes"][:3])
            problems.append(f"{where}: {violation['id']} ({len(violation['nodes'])}): {violation['help']}: {nodes}")
    wide = driver.execute_script("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        problems.append(f"{where}: wider than the screen by {wide}")
    if driver.execute_script("return document.querySelectorAll('h1').length") != 1:
        problems.append(f"{where}: not one heading")
    unnamed = driver.execute_script(
        "return [...document.querySelectorAll('input:not([type=hidden]):not([hidden]),select,button')].filter(e => !(e.labels && e.labels.length)"
        " && !e.getAttribute('aria-label') && !e.textContent.trim()).length"
    )
    if unnamed:
        problems.append(f"{where}: {unnamed} fields have no name")


def log_in(driver, value):
    driver.get(address + "/login")
    driver.find_element(By.NAME, "token").send_keys(value)
    leave(driver, driver.find_element(By.CSS_SELECTOR, "form[action='/login'] button"))


def leave(driver, button):
    """Clicks what leads to another page, and waits until this one has gone."""
    button.click()
    until(driver, staleness_of(button))


def until(driver, holds):
    """Whether something comes to hold: a page that is on its way needs a moment."""
    # What has just gone with its page is stale, or, for a moment, "does not belong to the document".
    passing = [NoSuchElementException, StaleElementReferenceException, WebDriverException]
    try:
        return bool(WebDriverWait(driver, 10, 0.05, passing).until(holds))
    except TimeoutException:
        return False


def expect(what, holds):
    if not holds:
        problems.append(what)


for name, width, height, scheme in [("light", 1280, 900, "light"), ("dark", 1280, 900, "dark"), ("phone", 375, 800, "light")]:
    driver = browser(width, height, scheme)
    try:
        driver.get(address + "/events")
        expect(f"{name}: who is not logged in is asked to", "/login" in driver.current_url)
        log_in(driver, "wrong")
        expect(f"{name}: a wrong token is refused", "no token that is known" in driver.page_source)
        driver.get_log("browser")
        log_in(driver, token)
        expect(f"{name}: a right one leads on", "/login" not in driver.current_url)
        ground = driver.execute_script("return getComputedStyle(document.documentElement).backgroundColor")
        expect(f"{name}: the scheme is the one asked for, not {ground}", ("247" in ground) == (scheme == "light"))
        driver.get(address + "/rides")
        ride = urllib.parse.urlparse(driver.find_element(By.CSS_SELECTOR, "#rides td a").get_attribute("href")).path
        pages = ["/", "/events", "/rides", ride, "/prices", "/accounts", "/accounts/clearing", "/arrears", "/disputes", "/payouts", "/services/payment", "/services/payment/pending"]
        pages += ["/services/payment/dead-letters", "/analytics", "/archive", "/operations", "/search?q=nothing", "/nothing/here", "/problems/saturated", "/login"]
        pages += os.environ.get("MORE_PAGES", "").split()
        for path in pages:
            look(driver, name, path, 1.2 if path == "/" else 0.4)
        # Whatever is found by its id is opened at once.
        driver.get(address + "/")
        box = driver.find_element(By.CSS_SELECTOR, "input[name=q]")
        box.send_keys(urllib.parse.unquote(ride.split("/")[-1]))
        box.submit()
        expect(f"{name}: search opens the ride", until(driver, lambda driver: driver.current_url.endswith(ride)))
        state = driver.find_element(By.CSS_SELECTOR, "#head .state").text
        expect(f"{name}: the ride is settled, not {state}", state == "settled")
        live = driver.find_element(By.ID, "live").text
        expect(f"{name}: the page is live, not '{live}'", live == "live")
        check(driver, f"{name} flows")
        if width > 500:
            buttons = driver.find_elements(By.CSS_SELECTOR, "form[action='/logout'] button")
            expect(f"{name}: one can log out", len(buttons) == 1)
            if buttons:
                leave(driver, buttons[0])
                driver.get(address + "/")
                expect(f"{name}: who has logged out is out", "/login" in driver.current_url)
    finally:
        driver.quit()

for problem in problems:
    print(problem)
print(f"{len(os.listdir(pictures))} pictures in {pictures}")
sys.exit(1 if problems else 0)
