package import Core

extension Endpoint {
    /// Over what a request must give rights, where its permission is not held over everything.
    package enum Scope: Sendable {
        /// No part of what there is: the right over everything is needed. What every endpoint asks for that says
        /// nothing.
        case everything
        /// The handler leaves out what the principal may not read, before it counts and cuts pages.
        case filtered
        /// These subjects, all of them.
        case subjects(@Sendable (Request) async throws -> [Concern])
    }

    /// The same endpoint, which is about the subjects that `find` reads off a request: each asks for the level of the
    /// endpoint's permission, unless it says otherwise. The request of an endpoint that streams has no body there.
    ///
    /// `find` runs only for those who do not hold the permission over everything without exception.
    package func about(_ find: @escaping @Sendable (Request) async throws -> [Concern]) -> Endpoint {
        scoped(.subjects(find))
    }

    /// The same endpoint, whose handler answers only with what the principal may read.
    package func filtered() -> Endpoint { scoped(.filtered) }
}

/// A subject as a request names it.
package enum Concern: Sendable {
    /// One that is there.
    /// - Parameters:
    ///   - needs: nil for the level of the endpoint's permission.
    ///   - absence: what those are told who may not even read it: word for word what they would be told if there were
    ///     none, so that nobody can find out what there is.
    case existing(Subject, needs: Permission.Level? = nil, absence: Failure)
    /// One that is not there. The handler is not asked: what it says of other mistakes in the request would tell this
    /// case from that of a hidden subject.
    case missing(Failure)
    /// One that the request would create, under a name it chooses.
    case new(Subject)
    /// Something that belongs to no subject.
    case everything(needs: Permission.Level? = nil)
}
