"""Pictures of all pages in all forms, for people: `run.py --screenshots DIR`."""

import pathlib
import sys

import canary
import data
import pages

import browser
import conftest
import servers


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    with canary.place() as hook, servers.steward(conftest.BINARY, None, conftest.LOGS / "pictures.log") as (url, _):
        facts = data.fill(data.Client(url), hook.url, hook.url)
        with browser.launched() as chrome:
            for form in browser.FORMS:
                for sample in pages.SAMPLES:
                    tour = browser.Visit(chrome, url, form)
                    tour.open(sample.address(facts))
                    tour.page.screenshot(path=folder / f"{sample.name}-{form}.png", full_page=True)
                    tour.close()
                print(form, len(pages.SAMPLES), "pages", flush=True)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
