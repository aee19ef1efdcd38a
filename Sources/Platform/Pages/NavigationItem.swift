package import Core

/// An entry of the navigation that all pages show.
package struct NavigationItem: Sendable {
    /// What it belongs to, in the order shown.
    package enum Group: String, Sendable, CaseIterable {
        /// What one works with; it has no heading.
        case work = ""
        case governance = "Governance"
        case administration = "Administration"
    }

    package let title: String
    /// Where it leads: `/models`. A page's `section` names it by this.
    package let path: StaticString
    package let icon: Icon
    package let group: Group
    /// Who may not, is not shown it; nil for everybody who is signed in.
    package let permission: Permission?
    /// Entries of a group stand in this order.
    package let order: Int
    /// Means nothing on a server of one user, and is not shown there.
    package let isForTeams: Bool

    package init(
        _ title: String, _ path: StaticString, _ permission: Permission?, _ icon: Icon, in group: Group = .work,
        order: Int, isForTeams: Bool = false
    ) {
        self.title = title
        self.path = path
        self.icon = icon
        self.group = group
        self.permission = permission
        self.order = order
        self.isForTeams = isForTeams
    }
}
