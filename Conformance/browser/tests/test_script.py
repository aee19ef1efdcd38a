"""What ui/steward.js adds, on the sheet of components."""

import re

from playwright.sync_api import expect


def test_completion_follows_the_grammar(sheet):
    page = sheet().page
    field = page.locator("#filter")
    options = page.locator(".options li")
    field.fill("")
    field.focus()
    expect(options).to_have_text([re.compile("val_loss"), re.compile("a b"), re.compile("model"), re.compile("status")])
    field.press_sequentially("VAL")
    expect(options).to_have_count(1)
    page.keyboard.press("Tab")
    expect(field).to_have_value("metrics.val_loss ")
    expect(options).to_have_text(["<", "<=", ">", ">=", "=", "!="])
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", "options-filter-0")
    page.keyboard.press("Enter")
    field.press_sequentially("0.3 ")
    expect(options).to_have_text(["AND"])
    page.keyboard.press("Tab")
    field.press_sequentially("params.model =")
    expect(options).to_have_text(["'gbm'", "'mlp'", '"it\'s"'])
    options.nth(2).click()
    expect(field).to_have_value('metrics.val_loss < 0.3 AND params.model = "it\'s" ')
    page.keyboard.press("Escape")
    expect(options).to_have_count(1)
    expect(page.locator(".options")).to_be_hidden()


def test_completion_in_the_middle(sheet):
    page = sheet().page
    field = page.locator("#filter")
    field.fill("met > 3 AND params.model = 'gbm'")
    field.evaluate("node => { node.focus(); node.setSelectionRange(3, 3) }")
    field.click(position={"x": 12, "y": 12})
    field.evaluate("node => { node.setSelectionRange(3, 3); node.dispatchEvent(new Event('input')) }")
    options = page.locator(".options li")
    expect(options).to_have_count(2)
    options.first.click()
    expect(field).to_have_value("metrics.val_loss  > 3 AND params.model = 'gbm'")


def test_slash_goes_to_the_search_and_types_elsewhere(sheet):
    page = sheet().page
    page.keyboard.press("/")
    expect(page.locator("[data-shortcut='/']").first).to_be_focused()
    page.locator("#reason").evaluate("node => node.closest('details').open = true")
    page.locator("#reason").focus()
    page.keyboard.press("/")
    expect(page.locator("#reason")).to_have_value("/")


def test_rows_by_keyboard(sheet):
    page = sheet().page
    rows = page.locator("table.pinned").first.locator("tbody tr")
    rows.nth(0).locator(".id a").focus()
    page.keyboard.press("j")
    expect(rows.nth(1).locator(".id a")).to_be_focused()
    page.keyboard.press("x")
    expect(rows.nth(1).locator("input")).to_be_checked()
    page.keyboard.press("ArrowUp")
    expect(rows.nth(0).locator(".id a")).to_be_focused()


def test_selection(sheet):
    page = sheet().page
    boxes = page.locator("input[name=run]")
    button, output = page.locator("#compare button"), page.locator("#compare output")
    expect(output).to_have_text("32 runs")
    expect(button).to_be_disabled()
    boxes.nth(0).check()
    expect(button).to_be_disabled()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(output).to_have_text("3 selected")
    expect(button).to_be_enabled()
    every = page.locator("[data-pick-all]")
    assert every.evaluate("node => node.indeterminate")
    every.check()
    expect(output).to_have_text("4 selected")


def test_drops_close(sheet):
    page = sheet().page
    views, columns = page.locator("summary", has_text="Views"), page.locator("summary", has_text="Columns")
    views.click()
    expect(page.locator("details.drop[open]")).to_have_count(1)
    columns.click()
    expect(page.locator("details.drop[open] summary")).to_have_text("Columns")
    page.keyboard.press("Escape")
    expect(page.locator("details.drop[open]")).to_have_count(0)
    expect(columns).to_be_focused()
    columns.click()
    page.locator("h1").click()
    expect(page.locator("details.drop[open]")).to_have_count(0)


def test_closing_the_chooser_applies_it(sheet):
    page = sheet().page
    page.locator("summary", has_text="Columns").click()
    page.locator("label", has_text="recall").click()
    with page.expect_navigation(url=re.compile("column=metrics.recall")):
        page.locator("h1").click()


def test_charts_tell_values(sheet):
    page = sheet().page
    drawing = page.locator("figure.chart svg").first
    drawing.hover(position={"x": 150, "y": 80})
    tip = page.locator(".tip").first
    expect(tip).to_be_visible()
    expect(tip.locator("th")).to_have_text(re.compile(r"step \d+"))
    # The value is the one in the data at that step, and the dot lies on it.
    step = tip.locator("th").inner_text().split()[1]
    name, value = tip.locator("tr").nth(1).locator("td").all_inner_texts()
    points = drawing.locator(f"[data-series={name.strip()}]").get_attribute("data-points").split()
    assert f"{step}:{value}" in points
    page.locator("h1").hover()
    expect(tip).to_be_hidden()


def test_smoothing_keeps_the_points(sheet):
    page = sheet().page
    line = page.locator("#charts .line").first
    before = line.get_attribute("d")
    slider = page.locator("[data-smooth]")
    slider.fill("0.9")
    expect(page.locator(".filters output")).to_have_text("0.90")
    expect(line).not_to_have_attribute("d", before)
    expect(page.locator("#charts .raw").first).to_have_attribute("d", re.compile("^M40"))
    slider.fill("0")
    expect(page.locator("#charts .raw").first).to_be_hidden()
    assert drawn(line.get_attribute("d")) == drawn(before)


def drawn(path):
    """The coordinates of a path, as far as a tenth of a unit."""
    return [round(float(number), 1) for number in re.findall(r"[\d.]+", path)]


def standing(page):
    """Stops the page's clock, so that what is shown for a moment stays."""
    page.clock.install(time="2026-11-26T05:00:00Z")
    page.reload()
    page.clock.pause_at("2026-11-26T05:10:00Z")
    return page


def test_copy(sheet):
    page = standing(sheet("desktop", permissions=["clipboard-read", "clipboard-write"]).page)
    page.locator("dl.facts .copy").first.click()
    expect(page.locator(".toast")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "4f1c0e6a9b"
    page.clock.run_for(3000)
    expect(page.locator(".toast")).to_be_hidden()
    page.locator(".with-copy .copy").click()
    assert "mlflow.set_tracking_uri" in page.evaluate("navigator.clipboard.readText()")


def test_copy_without_the_interface(sheet):
    """Pages over plain HTTP on another host have no navigator.clipboard."""
    page = standing(sheet().page)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.locator("dl.facts .copy").first.click()
    expect(page.locator(".toast")).to_have_text("Copied")
    expect(page.locator("dl.facts .copy").first).to_be_focused()


def test_an_action_opens_at_its_reason(sheet):
    page = sheet().page
    page.locator("summary", has_text="Move to Production").click()
    expect(page.locator("#reason")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("summary", has_text="Delete model").click()
    destroy = page.locator("button", has_text="Delete fraud")
    expect(destroy).to_be_disabled()
    page.locator("input[data-must-equal]").fill("fraud")
    expect(destroy).to_be_enabled()


def test_times_go_on(sheet):
    page = sheet().page
    page.clock.install(time="2026-11-26T05:00:00Z")
    page.reload()
    expect(page.locator(".lead time")).to_have_text("12 min ago")
    page.clock.fast_forward("30:00")
    expect(page.locator(".lead time")).to_have_text("42 min ago")
    expect(page.locator("[data-absolute]")).to_have_text("2026-11-26 04:48:00 UTC")


def test_live_part_is_replaced_until_it_is_done(sheet, sheets):
    """A page with a live part: it follows the server, slows down on errors, keeps what is in use, and stops."""
    place = sheets.place
    html = """<!doctype html><html lang=en><head><title>t</title><script src=steward.js defer></script></head><body>
    <main><section id=part %s><p>%s</p><a href=# id=link>x</a></section></main></body></html>"""
    place.page("/live", html % ("data-live=1", "one"))
    tour = sheet()
    page = tour.page
    page.goto(f"{place.url}/live")
    expect(page.locator("#part p")).to_have_text("one")
    place.page("/live", html % ("data-live=1", "two"))
    expect(page.locator("#part p")).to_have_text("two")
    page.locator("#link").focus()
    place.page("/live", html % ("data-live=1", "three"))
    seen = len(place.asked)
    page.wait_for_function(
        "performance.getEntriesByType('resource').filter(one => one.name.endsWith('/live')).length > 3"
    )
    assert len(place.asked) > seen
    expect(page.locator("#part p")).to_have_text("two")
    page.locator("#link").evaluate("node => node.blur()")
    expect(page.locator("#part p")).to_have_text("three")
    place.page("/live", html % ("", "done"))
    expect(page.locator("#part p")).to_have_text("done")
    expect(page.locator("[data-live]")).to_have_count(0)


def test_navigation_on_narrow_screens_needs_no_script(sheet):
    page = sheet("narrow", java_script_enabled=False).page
    entry = page.locator("nav.side li a", has_text="Audit log")
    expect(entry).to_be_hidden()
    page.locator("button.menu").click()
    expect(entry).to_be_visible()
    page.keyboard.press("Escape")
    expect(entry).to_be_hidden()


def test_marks_go_together(sheet):
    page = sheet().page
    page.locator("th[data-mark=a]").hover()
    expect(page.locator("[data-mark=a].on")).to_have_count(1)
    page.locator("th[data-mark=b]").hover()
    expect(page.locator("[data-mark=a].on")).to_have_count(0)
