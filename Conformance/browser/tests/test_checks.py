"""The checks on trial: each fault that is planted is found by its rule, and a page without faults has none."""

import pytest

import browser

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>t</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>Title</h1>%s</main></body></html>"""

PLANTED = [
    ("nothing is wider than the window", "<div class=w><img alt='' width=3000 height=9 src='data:,'></div>"),
    ("no style attribute", "<p style='color:red'>x</p>"),
    ("no inline style or script", "<script>1</script>"),
    ("no inline style or script", "<style>p{margin:0}</style>"),
    ("no inline handler", "<p onclick='1'>x</p>"),
    ("no address that runs", "<a href='javascript:1'>x</a>"),
    ("a new window gets no opener", "<a href='/' target=_blank>x</a>"),
    ("there is one main", "</main><main><p>x</p>"),
    ("there is one h1, in main", "<h1>Another</h1>"),
    ("headings skip no level", "<h3>x</h3>"),
    ("a heading has words", "<h2></h2>"),
    ("all content is in a landmark", "</main><div>x</div><main hidden>"),
    ("a landmark has a name", "<nav><a href='/'>x</a></nav>"),
    ("landmarks of a kind have different names", "<aside aria-label=a>x</aside><aside aria-label=a>y</aside>"),
    ("ids are unique", "<p id=a>x</p><p id=a>y</p>"),
    ("references lead somewhere", "<label for=nothing>x</label>"),
    ("links within the page lead somewhere", "<a href='#nothing'>x</a>"),
    ("what can be used has a name", "<button><svg aria-hidden=true width=20 height=20></svg></button>"),
    ("what can be used has a name", "<a href='/'><span aria-hidden=true>x</span></a>"),
    ("a field has a label", "<input title='only a title'>"),
    ("the order of focus is the order of the page", "<button tabindex=2>x</button>"),
    ("nothing that can be used is within another", "<a href='/'>x <span tabindex=0>y</span></a>"),
    ("what can be used is not hidden from readers", "<p aria-hidden=true><a href='/'>x</a></p>"),
    ("an image has a text", "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA='>"),
    ("a picture is named or hidden from readers", "<svg width=9 height=9><path d='M0 0'/></svg>"),
    ("a badge has an icon and a word", "<span class=badge>good</span>"),
    ("a time has its moment", "<time>now</time>"),
    ("a wrong field says what is wrong", "<label>x <input aria-invalid=true></label>"),
    ("password managers know the field", "<label>x <input type=password autocomplete=off></label>"),
    ("a column head has scope=col", "<table class=data><thead><tr><th>a</th></tr></thead></table>"),
    (
        "rows have as many cells as the head",
        "<table class=data><thead><tr><th scope=col>a</th></tr></thead><tbody><tr><td>1<td>2</tr></tbody></table>",
    ),
    ("a list holds items", "<ul><div>x</div></ul>"),
    ("a list of facts holds terms and facts", "<dl><p>x</p></dl>"),
    ("text can be read", "<p><font color='#999999'>x</font></p>"),
    ("text can be read", "<table bgcolor='#3451d1'><tr><td>x</td></tr></table>"),
    ("a target is at least 24 by 24", "<details><summary>x</summary></details>"),
]


@pytest.mark.parametrize("rule,fragment", PLANTED, ids=[f"{index}-{rule}" for index, (rule, _) in enumerate(PLANTED)])
def test_planted_fault_is_found(chrome, rule, fragment):
    page = chrome.new_page(**browser.FORMS["desktop"])
    page.set_content(PAGE % fragment)
    found = page.evaluate(browser.ACCESSIBILITY)
    page.close()
    assert any(fault.startswith(f"{rule}:") for fault in found), found


def test_faultless_page_has_none(chrome):
    page = chrome.new_page(**browser.FORMS["desktop"])
    page.set_content(PAGE % "<h2>Part</h2><p>Words with a <a href='/'>link</a>.</p>")
    assert page.evaluate(browser.ACCESSIBILITY) == []
    page.close()


@pytest.mark.parametrize("form", browser.FORMS)
def test_sheet_of_components(sheet, form):
    tour = sheet(form)
    assert tour.faults() + tour.inaccessible() == []


def test_print(sheet):
    tour = sheet("dark")
    tour.page.emulate_media(media="print")
    for hidden in ("nav.side", ".search", ".filters", ".pages", ".copy"):
        assert not tour.page.locator(hidden).first.is_visible(), hidden
    for shown in ("h1", ".badge", "table.data", "figure.chart svg"):
        assert tour.page.locator(shown).first.is_visible(), shown
    # Dark screens print black on white.
    assert tour.page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_without_motion(sheet):
    tour = sheet("desktop", reduced_motion="reduce")
    assert tour.page.evaluate("document.getAnimations().length") == 0
