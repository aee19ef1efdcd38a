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
                if page.isAlone { alone(page, &html) } else { body(page, &html) }
            }
            html.raw("\n")
        }
        return html.bytes
    }

    private func body(_ page: Page, _ html: inout Markup) {
        html.element("body") { html in
            html.element("a", ["class": "skip", "href": "#main"], text: "Skip to content")
            navigation(page, &html)
            top(page, &html)
            main(page, &html)
            if !page.rail.isEmpty {
                html.element("aside", ["class": "rail", "aria-label": "Facts"]) { $0.append(page.rail) }
            }
        }
    }

    private func alone(_ page: Page, _ html: inout Markup) {
        html.element("body", ["class": "alone"]) { main(page, &$0) }
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
            html.element("script", ["src": asset.address, "defer": ""]) { _ in }
        }
        for asset in Asset.all where asset.name.hasSuffix(".svg") {
            html.empty("link", ["rel": "icon", "type": "image/svg+xml", "href": asset.address])
        }
    }

    private func navigation(_ page: Page, _ html: inout Markup) {
        html.element("nav", ["class": "side", "aria-label": "Main"]) { html in
            html.element("a", ["class": "brand", "href": "/"]) { html in
                html.icon(.brand)
                html.text("Steward")
            }
            html.element(
                "button", ["class": "menu quiet", "type": "button", "popovertarget": "menu", "aria-label": "Menu"]
            ) { $0.icon(.menu) }
            html.element("ul", ["id": "menu", "popover": ""]) { html in
                entry("Home", "/", .home, page, &html)
                for group in NavigationItem.Group.allCases {
                    let items = site.navigation.filter { $0.group == group && mayOpen($0) }
                    if !items.isEmpty, group != .work {
                        html.element("li", ["class": "group"], text: group.rawValue)
                    }
                    for item in items { entry(item.title, item.path.description, item.icon, page, &html) }
                }
            }
            if !site.version.isEmpty { html.element("p", ["class": "foot"], text: site.version) }
        }
    }

    private func entry(_ title: String, _ path: String, _ icon: Icon, _ page: Page, _ html: inout Markup) {
        html.element("li") { html in
            html.element("a", ["href": path, "aria-current": page.section == path ? "page" : nil]) { html in
                html.icon(icon)
                html.text(title)
            }
        }
    }

    private func mayOpen(_ item: NavigationItem) -> Bool {
        guard let visitor else { return !site.hasSignIn }
        if item.isForTeams, visitor.method == .local { return false }
        guard let permission = item.permission else { return visitor.method != .nobody }
        return visitor.may(permission)
    }

    private func top(_ page: Page, _ html: inout Markup) {
        html.element("header", ["class": "top"]) { html in
            html.element("nav", ["aria-label": "Breadcrumb"]) { html in
                html.element("ol", ["class": "crumbs"]) { html in
                    for crumb in page.crumbs {
                        html.element("li") { $0.link(crumb.title, to: crumb.address, width: 40) }
                    }
                    html.element("li") { html in
                        html.element("span", ["aria-current": "page"]) { $0.name(page.title, width: 40) }
                    }
                }
            }
            html.element("form", ["class": "search", "role": "search", "action": "/search"]) { html in
                html.empty(
                    "input",
                    [
                        "type": "search", "name": "q", "placeholder": "Find runs and models",
                        "aria-label": "Find runs and models", "maxlength": "200",
                        "data-shortcut": page.hasShortcut ? nil : "/",
                    ])
                if !page.hasShortcut { html.element("kbd", ["aria-hidden": "true"], text: "/") }
            }
            html.element("div", ["class": "who"]) { who(&$0) }
        }
    }

    private func who(_ html: inout Markup) {
        guard site.hasSignIn, visitor?.method != .local else {
            if let visitor { html.element("span") { $0.name(visitor.name, width: 24) } }
            return
        }
        guard let visitor, visitor.method != .nobody else {
            html.element("a", ["href": Address("/sign-in").query([("next", path)]).text], text: "Sign in")
            return
        }
        html.link(visitor.name, to: Address("/users", visitor.name), width: 24)
        html.element("form", ["method": "post", "action": "/sign-out"]) { html in
            html.element("button", ["type": "submit", "class": "quiet"], text: "Sign out")
        }
    }

    private func main(_ page: Page, _ html: inout Markup) {
        html.element("main", ["class": page.isWide ? "page wide" : "page", "id": "main", "tabindex": "-1"]) { html in
            if page.isAlone {
                html.element("a", ["class": "brand", "href": "/"]) { html in
                    html.icon(.brand)
                    html.text("Steward")
                }
            }
            html.element("div", ["class": "title"]) { html in
                html.element("h1") { html in
                    html.name(page.title, width: 200)
                    guard let badge = page.badge else { return }
                    html.text(" ")
                    html.badge(badge)
                }
                if !page.actions.isEmpty { html.element("div", ["class": "actions"]) { $0.append(page.actions) } }
            }
            if !page.lead.isEmpty { html.element("p", ["class": "lead"]) { $0.append(page.lead) } }
            html.append(page.body)
        }
    }
}
