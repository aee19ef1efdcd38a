import Core
import JWTKit

/// Who uses the server and what they may do: users, tokens, groups, roles, grants, sign-on.
package enum Access {
    /// Also the beginning of the names of its tables and events.
    package static let name = "access"
}
