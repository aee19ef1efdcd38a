/// Small drawings beside words; they say nothing by themselves.
package enum Icon: Sendable {
    case home, experiments, models, monitoring, audit, users, tokens, webhooks, system, groups
    case menu, brand, copy, download, file, folder

    /// In a square of 16.
    fileprivate var shape: StaticString {
        switch self {
        case .home: #"<path d="M2.5 7 8 2.5 13.5 7v6.5h-4v-4h-3v4h-4Z"/>"#
        case .experiments:
            #"<path d="M6 2h4M6.8 2v4.2L3 13a.7.7 0 0 0 .6 1h8.8a.7.7 0 0 0 .6-1L9.2 6.2V2M4.6 10.5h6.8"/>"#
        case .models: #"<path d="M8 1.8 13.5 5v6L8 14.2 2.5 11V5ZM2.5 5 8 8.2 13.5 5M8 8.2v6"/>"#
        case .monitoring: #"<path d="M1.8 8.5h3l2-5 2.6 9 2-4h2.8"/>"#
        case .audit:
            #"<path d="M8 1.8 13 3.6v4.2c0 3-2 5.2-5 6.4-3-1.2-5-3.4-5-6.4V3.6ZM5.6 8l1.7 1.7 3.2-3.4"/>"#
        case .users, .groups:
            #"""
            <path d="M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM1.5 13.5c.3-2.6 2-4 4.5-4s4.2 1.4 4.5 4"/>\#
            <path d="M10.5 2.8a2.5 2.5 0 0 1 0 4.4M12 9.9c1.5.5 2.3 1.7 2.5 3.6"/>
            """#
        case .tokens: #"<circle cx="5" cy="11" r="3"/><path d="m7.2 8.8 6-6M10.5 5.5l2 2"/>"#
        case .webhooks:
            #"<path d="M5 5.6a3 3 0 1 1 4.5 2.6l1.7 3M11.3 9.2A2.6 2.6 0 1 1 9 12.6H5M6.4 7.8l-1.7 3a2 2 0 1 0 .4 3"/>"#
        case .system: #"<path d="M2.2 11.5a6 6 0 1 1 11.6 0M8 10l3-4"/><circle cx="8" cy="10.5" r="1"/>"#
        case .menu: #"<path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11"/>"#
        case .brand: #"<path d="M2.5 13.5V9.5M7 13.5V6M11.5 13.5V2.5M2.5 5.5 6 2.5"/>"#
        case .copy:
            #"""
            <path d="M5.5 5.5V3a.8.8 0 0 1 .8-.8H13a.8.8 0 0 1 .8.8v6.7a.8.8 0 0 1-.8.8h-2.5"/>\#
            <rect x="2.2" y="5.5" width="8.3" height="8.3" rx=".8"/>
            """#
        case .download: #"<path d="M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M2.5 13.5h11"/>"#
        case .file: #"<path d="M3.5 1.8h5.5l3.5 3.5v9h-9ZM9 1.8v3.5h3.5"/>"#
        case .folder: #"<path d="M1.8 3.5h4.5l1.5 2h6.4v7.5H1.8Z"/>"#
        }
    }
}

extension Markup {
    package mutating func icon(_ icon: Icon) {
        element("svg", ["class": "icon", "viewBox": "0 0 16 16", "aria-hidden": "true"]) { $0.raw(icon.shape) }
    }
}
