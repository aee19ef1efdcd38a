"""Every page in its three forms: nothing fails, is missing or sticks out; and it reads without scripts."""

import pages
import pytest

import browser

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}


def test_every_page_is_tested(team):
    tested = {sample.pattern for sample in pages.SAMPLES}
    there = {path for method, path in pages.listed(team.url, team.client.headers["Authorization"]) if method == "GET"}
    assert there, "the server lists no pages"
    assert there - tested == set(), "pages without an example in pages.py"


def check_sound(tour, answer, sample):
    """Nothing fails, nothing is out of anybody's reach, also in what opens in place."""
    assert answer.status == sample.status
    # The document itself is the only answer that may be a failure.
    expected = f"Failed to load resource: the server responded with a status of {sample.status}"
    faults = [text for text in tour.faults() if expected not in text]
    assert faults + tour.inaccessible(sample.excused) == []
    tour.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert tour.inaccessible(sample.excused) == []


def check_headers(headers):
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";") if part.strip())
    assert {key: policy.get(key) for key in POLICY} == POLICY
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    # With "no-referrer" browsers send the forms of a page with "Origin: null", which is nobody's.
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert "no-store" in headers["cache-control"] or "no-cache" in headers["cache-control"]


def words(tour):
    return set(tour.page.locator("main").inner_text().split())


@pytest.mark.parametrize("sample", pages.SAMPLES, ids=str)
@pytest.mark.parametrize("form", [form for form in browser.FORMS if form != "desktop"])
def test_page(places, visit, sample, form):
    place = places(sample.place)
    tour = visit(form, place)
    check_sound(tour, tour.open(sample.address(place.facts)), sample)


@pytest.mark.parametrize("sample", pages.SAMPLES, ids=str)
def test_page_at_a_desk_with_and_without_scripts(places, visit, sample):
    place = places(sample.place)
    address = sample.address(place.facts)
    tour = visit("desktop", place)
    answer = tour.open(address)
    shown = words(tour)
    check_headers(answer.all_headers())
    check_sound(tour, answer, sample)
    plain = visit("desktop", place, java_script_enabled=False)
    plain.open(address)
    assert plain.page.locator("h1").count() == 1
    # Relative times go on while the script runs; nothing else may need it.
    missing = {word for word in shown - words(plain) if not any(character.isdigit() for character in word)}
    assert len(missing) <= 3, missing
