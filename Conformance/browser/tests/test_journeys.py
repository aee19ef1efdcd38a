"""What people come for, from beginning to end, as they do it: with the pointer, with the keyboard, without scripts."""

import re
import time
import urllib.error

import data
import pytest
from playwright.sync_api import expect

RUNS = "Runs"


def rows(page):
    return page.get_by_role("region", name=RUNS).locator("tbody tr")


def column(page, title):
    """The texts of a column."""
    heads = page.get_by_role("region", name=RUNS).locator("thead th, thead td").all_inner_texts()
    place = [re.sub(r"[↑↓\s]", "", head) for head in heads].index(title)
    return page.get_by_role("region", name=RUNS).locator(f"tbody tr > :nth-child({place + 1})").all_inner_texts()


def test_filter_with_completion_and_sort(bench, visit):
    tour = visit()
    page = tour.page
    tour.open(f"/experiments/{bench.facts.experiment}")
    page.keyboard.press("/")
    field = page.get_by_role("combobox", name="Filter")
    expect(field).to_be_focused()
    field.press_sequentially("loss")
    expect(page.locator(".options li").first).to_contain_text("metrics.loss")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("metrics.loss ")
    field.press_sequentially("< 0.3 ")
    page.keyboard.press("Escape")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "filter=" in page.url
    values = [float(text) for text in column(page, "loss")]
    assert values and max(values) < 0.3
    with page.expect_navigation():
        page.get_by_role("columnheader", name=re.compile("^loss")).get_by_role("link").click()
    first = [float(text) for text in column(page, "loss")]
    with page.expect_navigation():
        page.get_by_role("columnheader", name=re.compile("^loss")).get_by_role("link").click()
    second = [float(text) for text in column(page, "loss")]
    assert sorted(values) == sorted(first) == sorted(second)
    assert [first, second] in ([sorted(values), sorted(values)[::-1]], [sorted(values)[::-1], sorted(values)])
    assert tour.faults() == []


def test_a_wrong_filter_says_what_is_wrong(bench, visit):
    tour = visit()
    page = tour.page
    tour.open(f"/experiments/{bench.facts.experiment}")
    page.get_by_role("combobox", name="Filter").fill("metrics.loss <")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("combobox", name="Filter")).to_have_value("metrics.loss <")


def test_choose_columns(bench, visit):
    tour = visit()
    page = tour.page
    tour.open(f"/experiments/{bench.facts.experiment}")
    page.locator("summary", has_text="Columns").click()
    chooser = page.locator("details[data-columns]")
    for box in chooser.get_by_role("checkbox", checked=True).all()[::-1]:
        box.uncheck()
    chooser.get_by_role("checkbox", name="seed").check()
    with page.expect_navigation(url=re.compile("column=")):
        page.locator("h1").click()
    assert column(page, "seed")[0] in ("7", "–")
    with pytest.raises(ValueError):
        column(page, "auc")
    # The address holds the state: opened again it shows the same.
    again = visit()
    again.open(page.url.removeprefix(bench.url))
    assert column(again.page, "seed") == column(page, "seed")


def test_save_a_view_and_come_back_to_it(bench, visit):
    tour = visit()
    page = tour.page
    tour.open(f"/experiments/{bench.facts.experiment}?filter=metrics.loss+%3C+0.3&column=metrics.loss")
    shown = column(page, "Run")
    page.locator("summary", has_text="Views").click()
    page.get_by_label("Save this view as").fill("Low loss")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    tour.open(f"/experiments/{bench.facts.experiment}")
    page.locator("summary", has_text="Views").click()
    with page.expect_navigation(url=re.compile("filter=")):
        page.get_by_role("link", name="Low loss").click()
    assert column(page, "Run") == shown
    assert tour.faults() == []


def test_compare_two_runs(bench, visit):
    tour = visit()
    page = tour.page
    tour.open(f"/experiments/{bench.facts.experiment}?filter=attributes.run_name+LIKE+%27run-1%25%27")
    compare = page.get_by_role("button", name="Compare")
    expect(compare).to_be_disabled()
    page.get_by_label("Select run-12").check()
    page.get_by_label("Select run-14").check()
    with page.expect_navigation(url=re.compile("/runs/compare")):
        compare.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 runs")
    text = page.locator("main").inner_text()
    assert "run-12" in text and "run-14" in text
    # What differs is there, what is the same is folded.
    assert "learning_rate" in text and "seed" not in text
    page.locator("summary", has_text="the same").first.click()
    expect(page.get_by_text("seed", exact=True).first).to_be_visible()
    assert tour.faults() == []


def test_compare_without_scripts(bench, visit):
    tour = visit(java_script_enabled=False)
    page = tour.page
    tour.open(f"/experiments/{bench.facts.experiment}")
    page.locator("input[name=run]").nth(0).check()
    page.locator("input[name=run]").nth(1).check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 runs")


def test_a_run_is_followed_while_it_logs(bench, visit):
    client = bench.client
    run = client.run(bench.facts.experiment, "followed", int(time.time() * 1000))
    client.log(run, [("loss", 0.9, int(time.time() * 1000), 0)])
    overview, charts = visit(), visit()
    overview.open(f"/runs/{run}")
    charts.open(f"/runs/{run}/metrics")
    expect(overview.page.locator("#live")).to_contain_text("0.9")
    client.log(run, [("loss", 0.123, int(time.time() * 1000), step) for step in range(1, 4)])
    expect(overview.page.locator("#live")).to_contain_text("0.123")
    expect(charts.page.locator("[data-series=loss]")).to_have_attribute("data-points", re.compile("3:0.123"))
    client.finish(run)
    for tour in (overview, charts):
        expect(tour.page.locator("[data-live]")).to_have_count(0)
        assert tour.faults() == []


def test_values_at_the_pointer(bench, visit):
    tour = visit()
    page = tour.page
    tour.open(f"/runs/{bench.facts.runs[3]}/metrics")
    page.locator("figure.chart svg[data-x]").first.hover()
    expect(page.locator(".tip:not([hidden])")).to_contain_text("step")


def test_move_a_version_with_a_reason(bench, visit):
    tour = visit()
    page = tour.page
    model = bench.client.post("registered-models/create", name="moved")["registered_model"]["name"]
    run = bench.facts.runs[31]
    for _ in range(2):
        bench.client.post("model-versions/create", name=model, source=f"runs:/{run}/model", run_id=run)
    bench.client.post(
        "model-versions/transition-stage", name=model, version="1", stage="Production", archive_existing_versions=False
    )
    tour.open(f"/models/{model}/versions/2")
    page.locator("summary", has_text="Change stage").click()
    expect(page.locator("details.act[open]")).to_have_count(1)
    page.get_by_label("New stage").select_option("Production")
    form = page.locator("details.act[open] form")
    button = form.get_by_role("button", name="Change stage")
    # A reason is asked for: without one nothing is sent.
    button.click()
    expect(page.locator("h1")).not_to_contain_text("Production")
    form.get_by_label("Reason").fill("Beats the other <b>by far</b>")
    with page.expect_navigation():
        button.click()
    expect(page.locator("h1")).to_contain_text("Production")
    expect(page.locator(".timeline")).to_contain_text("Beats the other <b>by far</b>")
    first = bench.client.get("model-versions/get", name=model, version="1")["model_version"]
    assert first["current_stage"] == "Archived"
    assert tour.faults() == []


def test_destroying_asks_for_the_name(bench, visit):
    tour = visit()
    page = tour.page
    bench.client.post("registered-models/create", name="to destroy")
    tour.open("/models/to%20destroy")
    page.locator("summary", has_text="Delete model").click()
    form = page.locator("details.act[open] form")
    button = form.get_by_role("button", name="Delete model")
    form.get_by_label("Reason").fill("made by mistake")
    expect(button).to_be_disabled()
    form.get_by_label(re.compile("^Type")).fill("to destroy")
    with page.expect_navigation(url=re.compile("/models$")):
        button.click()
    with pytest.raises(RuntimeError, match="RESOURCE_DOES_NOT_EXIST"):
        bench.client.get("registered-models/get", name="to destroy")


def tab(page, wanted, most=200):
    """Presses Tab until the focus is on what is wanted."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"the focus never came to {wanted}")


def test_keyboard_only(bench, visit):
    """From the first page to a comparison without a pointer."""
    tour = visit()
    page = tour.page
    tour.open("/")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    tour.open("/")
    tab(page, page.locator("nav.side").get_by_role("link", name="Experiments"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab(page, page.locator("main").get_by_role("link", name="credit risk"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    first = rows(page).nth(0).locator("input")
    tab(page, first)
    page.keyboard.press("Space")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#compare output")).to_contain_text("2 selected")
    compare = page.get_by_role("button", name="Compare")
    for _ in range(200):
        page.keyboard.press("Shift+Tab")
        if compare.evaluate("node => node === document.activeElement"):
            break
    with page.expect_navigation(url=re.compile("/runs/compare")):
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 runs")


@pytest.mark.parametrize("path", ["/", "/experiments/{experiment}", "/runs/{run}", "/models/credit-risk", "/audit"])
def test_the_focus_goes_through_the_page_and_out(bench, visit, path):
    """In the order of the page, always to be seen, and without a trap."""
    tour = visit()
    page = tour.page
    tour.open(path.format(experiment=bench.facts.experiment, run=bench.facts.runs[31]))
    count = page.evaluate("""() => {
        window.order = [];
        addEventListener("focusin", ({ target }) => order.push([
            [...document.querySelectorAll("*")].indexOf(target), getComputedStyle(target).outlineStyle !== "none",
            target.getBoundingClientRect().bottom > 0 && target.getBoundingClientRect().top < innerHeight]));
        return document.querySelectorAll("a, button, input, select, textarea, summary, [tabindex='0']").length;
    }""")
    for _ in range(count + 5):
        page.keyboard.press("Tab")
        # Behind the last one the browser's own controls have the focus.
        if page.evaluate("document.activeElement === document.body && order.length > 3"):
            break
    order = page.evaluate("order")
    places = [place for place, _, _ in order]
    # At the end the browser may begin again with the first one.
    if places[-1] == places[0] or places[-1] < places[-2]:
        order, places = order[:-1], places[:-1]
    assert len(places) > 5 and places == sorted(set(places))
    assert all(is_seen for _, is_seen, _ in order)
    assert all(is_inside for _, _, is_inside in order)


# Where people sign in


def test_sign_in_and_out(team, visit):
    tour = visit(cookies=False, place=team)
    page = tour.page
    tour.open("/models")
    # Led to the sign-in page, and back afterwards.
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    page.get_by_label("User name").fill("mara")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("User name")).to_have_value("mara")
    expect(page.get_by_label("Password")).to_have_value("")
    page.get_by_label("Password").fill(data.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{team.url}/models")
    expect(page.locator(".who")).to_contain_text("mara")
    cookies = tour.context.cookies()
    assert cookies and all(cookie["httpOnly"] and cookie["sameSite"] == "Lax" for cookie in cookies)
    assert page.evaluate("document.cookie") == ""
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    tour.open("/models")
    expect(page).to_have_url(re.compile("/sign-in"))
    # The old cookie is worth nothing.
    tour.context.add_cookies(cookies)
    tour.open("/models")
    expect(page).to_have_url(re.compile("/sign-in"))


def test_nobody_is_led_elsewhere_after_signing_in(team, visit):
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        tour = visit(cookies=False, place=team)
        tour.page.goto(f"{team.url}/sign-in?next={elsewhere}")
        tour.page.get_by_label("User name").fill("mara")
        tour.page.get_by_label("Password").fill(data.PASSWORD)
        tour.page.get_by_role("button", name="Sign in").click()
        expect(tour.page.locator(".who")).to_contain_text("mara")
        assert tour.page.url.startswith(team.url + "/")


def test_make_a_token_and_use_it(team, visit):
    tour = visit(place=team)
    page = tour.page
    tour.open("/tokens")
    page.locator("summary", has_text="New token").click()
    page.get_by_label("What it is for").fill("the browser test")
    page.get_by_label("May at most").select_option("read")
    page.get_by_role("button", name=re.compile("token", re.IGNORECASE)).click()
    secret = page.locator("#token").inner_text().strip()
    client = data.Client(team.url, f"Bearer {secret}")
    assert client.get("registered-models/get", name="fraud-scores")["registered_model"]["name"] == "fraud-scores"
    with pytest.raises(RuntimeError, match="403"):
        client.post("registered-models/create", name="more than it may")
    tour.open("/tokens")
    row = page.locator("tr", has_text="the browser test")
    expect(row).to_have_count(1)
    assert secret not in page.content()
    row.get_by_role("button", name="Revoke").click()
    expect(row).to_have_count(0)
    with pytest.raises(RuntimeError, match="401"):
        client.get("registered-models/get", name="fraud-scores")
    assert tour.faults() == []


def test_the_first_administrator(new_team, visit):
    """The link that the first start shows works once."""
    tour = visit(place=new_team)
    page = tour.page
    tour.open(new_team.facts.setup)
    page.get_by_label("User name").fill("root")
    page.get_by_label("New password", exact=True).fill(data.PASSWORD)
    page.get_by_label("New password again").fill(data.PASSWORD)
    page.get_by_role("button", name="Create the administrator").click()
    expect(page.locator(".who")).to_contain_text("root")
    expect(page.locator("nav.side")).to_contain_text("Users")
    other = visit(place=new_team)
    assert other.open(new_team.facts.setup).status == 403


def test_who_may_not_is_not_shown_and_not_let(team, visit):
    tour = visit(cookies=False, place=team)
    page = tour.page
    data.Client(team.url, team.client.headers["Authorization"]).call(
        "POST", "/api/v1/users", {"name": "reader", "role": "viewer", "password": data.PASSWORD}
    )
    tour.open("/sign-in")
    page.get_by_label("User name").fill("reader")
    page.get_by_label("Password").fill(data.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("nav.side")).not_to_contain_text("Users")
    answer = tour.open("/users")
    assert answer.status == 403
    tour.open("/models/fraud-scores")
    expect(page.get_by_text("Delete model")).to_have_count(0)


def test_forged_forms_of_the_signed_in(team):
    """With the cookie of the administrator, but without an Origin, with none, or with a stranger's."""
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in team.cookies)
    for headers in ({}, {"Origin": "null"}, {"Origin": "http://evil.example"}, {"Origin": "http://localhost:1"}):
        for path, fields in (
            ("/users", {"name": "forged", "role": "admin"}),
            ("/tokens", {"name": "forged"}),
            ("/groups", {"name": "forged"}),
            ("/sign-out", {}),
        ):
            with pytest.raises(RuntimeError, match=": 403 "):
                data.form(team.url, path, {"Cookie": cookie} | headers, **fields)
    assert data.Client(team.url, team.client.headers["Authorization"]).call("GET", "/api/v1/me")["name"] == "ada"
    with pytest.raises((RuntimeError, urllib.error.HTTPError), match="404"):
        team.client.call("GET", "/api/v1/users/forged")
