package import Core

/// A permission, and what asks for it.
package struct PermissionUse: Sendable {
    package let permission: Permission
    /// Of the endpoints, each once, in their order.
    package let summaries: [String]

    /// From the list of endpoints, by level and name.
    package static func all(_ endpoints: [Endpoint]) -> [PermissionUse] {
        var summaries: [Permission: [String]] = [:]
        for endpoint in endpoints {
            guard case .may(let permission) = endpoint.access else { continue }
            if summaries[permission]?.contains(endpoint.summary) != true {
                summaries[permission, default: []].append(endpoint.summary)
            }
        }
        return summaries.map { PermissionUse(permission: $0.key, summaries: $0.value) }.sorted {
            ($0.permission.level.rawValue, $0.permission.name) < ($1.permission.level.rawValue, $1.permission.name)
        }
    }
}
