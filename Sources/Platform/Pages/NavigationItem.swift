package import Core

/// An entry of the navigation that all pages show.
package struct NavigationItem: Sendable {
    package let title: String
    /// Where it leads: `/models`. A page's `section` names it by this.
    package let path: StaticString
    /// Who may not, is not shown it; nil for everybody who is signed in.
    package let permission: Permission?
    /// Entries stand in this order: 10 experiments, 20 models, 30 monitoring, 60 audit log, 70 webhooks, 80 people,
    /// 90 system.
    package let order: Int

    package init(_ title: String, _ path: StaticString, _ permission: Permission?, order: Int) {
        self.title = title
        self.path = path
        self.permission = permission
        self.order = order
    }
}
