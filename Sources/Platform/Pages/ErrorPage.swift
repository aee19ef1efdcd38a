import Core

/// A failure as a browser shows it: what happened, and what to do.
struct ErrorPage {
    let site: Site
    let failure: HTTPFailure
    let head: RequestHead
    /// Nil when nobody was let in yet.
    let visitor: Principal?

    /// - Returns: nil when the client did not ask for a page: programs get the failure in the form of their API.
    static func answer(_ failure: HTTPFailure, _ head: RequestHead, _ site: Site, _ visitor: Principal?) -> Response? {
        guard head.wantsPage else { return nil }
        return ErrorPage(site: site, failure: failure, head: head, visitor: visitor).response
    }

    private var response: Response {
        if failure.status == 401, site.hasSignIn, head.method == "GET", head.rawPath != "/sign-in" {
            let target = head.rawQuery.isEmpty ? head.rawPath : "\(head.rawPath)?\(head.rawQuery)"
            return .redirect(to: Address("/sign-in").query([("next", target)]))
        }
        return .page(page, Frame(site: site, visitor: visitor, path: head.rawPath))
    }

    private var page: Page {
        var page = Page(title)
        page.status = failure.status
        page.lead(sentence)
        page.body { html in
            if let hint = failure.failure.hint { html.element("p") { $0.outside(hint) } }
            html.element("p") { html in
                if head.method != "GET" {
                    html.text("Nothing was changed. Go back to what you had filled in, or ")
                    html.element("a", ["href": "/"], text: "go home")
                    html.text(".")
                } else {
                    html.element("a", ["href": "/"], text: "Go home")
                }
            }
            html.element("p", ["class": "quiet"]) { html in
                html.text("Request ")
                html.element("code", text: failure.requestID)
                if failure.status >= 500 { html.text(". The server's log has more under this name.") }
            }
        }
        return page
    }

    private var title: String {
        switch failure.status {
        case 401: "Nobody is signed in"
        case 403: "Not allowed"
        case 404: "Not found"
        case 405: "That cannot be done here"
        case 409: "That conflicts with what is there"
        case 413: "Too large"
        case 429: "Too many requests"
        case 503: "Busy"
        case 500...: "Something went wrong"
        default: "That did not work"
        }
    }

    private var sentence: String {
        // What broke inside is for the log.
        if failure.failure.code == .bug { return "The server made a mistake while it answered." }
        let message = DisplayText.shorten(DisplayText.clean(failure.failure.message), to: 400)
        return message.prefix(1).uppercased() + message.dropFirst() + (message.hasSuffix(".") ? "" : ".")
    }
}

extension RequestHead {
    /// Whether a browser wants something to show: it says so, and does not ask an API.
    fileprivate var wantsPage: Bool {
        guard method == "GET" || method == "POST" || method == "HEAD" else { return false }
        return headers.all("accept").contains { $0.contains("text/html") } && !rawPath.utf8.starts(with: "/api/".utf8)
    }
}
