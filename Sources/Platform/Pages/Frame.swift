import Core

/// The frame around every page: head, navigation, breadcrumb, search, visitor.
struct Frame {
    let site: Site
    /// Nil where it is not known who asks: errors before anybody was let in.
    let visitor: Principal?
    /// The path of the request, to come back to after signing in.
    let path: String

    func write(_ page: Page) -> [UInt8] {
        let html = Markup { html in
            html.raw("<!DOCTYPE html>\n")
            html.element("html", ["lang": "en"]) { html in
                html.element("head") { head(page, &$0) }
                html.element("body", ["class": page.isWide ? "wide" : nil]) { html in
                    html.element("a", ["class": "skip", "href": "#main"], text: "Skip to the content")
                    navigation(page, &html)
                    top(page, &html)
                    main(page, &html)
                    if !page.rail.isEmpty {
                        html.element("aside", ["class": "rail", "aria-label": "Facts"]) { $0.append(page.rail) }
                    }
                }
            }
            html.raw("\n")
        }
        return html.bytes
    }

    private func head(_ page: Page, _ html: inout Markup) {
        html.empty("meta", ["charset": "utf-8"])
        html.empty("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        html.empty("meta", ["name": "color-scheme", "content": "light dark"])
        let titles = [page.title] + page.crumbs.reversed().map(\.title) + ["Steward"]
        html.element(
            "title", text: titles.map { DisplayText.shorten(DisplayText.label($0), to: 80) }.joined(separator: " · "))
        for asset in Asset.all where asset.name.hasSuffix(".css") {
            html.empty("link", ["rel": "stylesheet", "href": asset.address])
        }
        for asset in Asset.all where asset.name.hasSuffix(".js") {
            html.element("script", ["type": "module", "src": asset.address]) { _ in }
        }
        if let icon = Asset.all.first(where: { $0.name == "icon.svg" }) {
            html.empty("link", ["rel": "icon", "type": "image/svg+xml", "href": icon.address])
        } else {
            html.raw(#"<link rel="icon" href="data:,"/>"#)
        }
    }

    private func navigation(_ page: Page, _ html: inout Markup) {
        html.element("nav", ["class": "side", "aria-label": "Main"]) { html in
            entry("Home", "/", page, &html)
            for item in site.navigation where mayOpen(item) { entry(item.title, item.path.description, page, &html) }
        }
    }

    private func entry(_ title: String, _ path: String, _ page: Page, _ html: inout Markup) {
        html.element("a", ["href": path, "aria-current": page.section == path ? "page" : nil], text: title)
    }

    private func mayOpen(_ item: NavigationItem) -> Bool {
        guard let visitor else { return !site.hasSignIn }
        guard let permission = item.permission else { return visitor.method != .nobody }
        return visitor.may(permission)
    }

    private func top(_ page: Page, _ html: inout Markup) {
        html.element("header", ["class": "top"]) { html in
            html.element("ol", ["class": "crumbs", "aria-label": "Breadcrumb"]) { html in
                for crumb in page.crumbs {
                    html.element("li") { html in
                        html.element("a", ["href": crumb.address.text]) { $0.name(crumb.title, width: 40) }
                    }
                }
                html.element("li", ["aria-current": "page"]) { $0.name(page.title, width: 40) }
            }
            html.element("form", ["class": "search", "role": "search", "method": "get", "action": "/search"]) { html in
                html.empty(
                    "input",
                    [
                        "type": "search", "name": "q", "aria-label": "Search", "placeholder": "Search",
                        "maxlength": "200", "data-shortcut": "/",
                    ])
            }
            html.element("div", ["class": "who"]) { who(&$0) }
        }
    }

    private func who(_ html: inout Markup) {
        guard site.hasSignIn else {
            if let visitor { html.element("span") { $0.name(visitor.name, width: 24) } }
            return
        }
        guard let visitor, visitor.method != .nobody else {
            html.element("a", ["href": Address("/sign-in").query([("next", path)]).text], text: "Sign in")
            return
        }
        html.element("span") { $0.name(visitor.name, width: 24) }
        html.element("form", ["method": "post", "action": "/sign-out"]) { html in
            html.element("button", ["type": "submit", "class": "quiet"], text: "Sign out")
        }
    }

    private func main(_ page: Page, _ html: inout Markup) {
        html.element("main", ["class": "page", "id": "main"]) { html in
            html.element("h1") { html in
                html.name(page.title, width: 200)
                if let badge = page.badge {
                    html.text(" ")
                    html.badge(badge)
                }
            }
            if !page.lead.isEmpty { html.element("p", ["class": "lead"]) { $0.append(page.lead) } }
            if !page.actions.isEmpty { html.element("div", ["class": "actions"]) { $0.append(page.actions) } }
            html.append(page.body)
        }
    }
}
