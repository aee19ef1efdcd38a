"""Pictures of all pages in all forms, for people: `run.py --screenshots DIR`. Written as a test for its fixtures."""

import os
import pathlib

import pages
import pytest

import browser

FOLDER = pathlib.Path(os.environ["STEWARD_SCREENSHOTS"])


@pytest.mark.parametrize("sample", pages.SAMPLES, ids=str)
@pytest.mark.parametrize("form", browser.FORMS)
def test_picture(places, visit, sample, form):
    place = places(sample.place)
    tour = visit(form, place)
    tour.open(sample.address(place.facts))
    FOLDER.mkdir(parents=True, exist_ok=True)
    tour.page.screenshot(path=FOLDER / f"{sample.name}-{form}.png", full_page=True)
