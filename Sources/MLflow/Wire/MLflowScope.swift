package import Platform

extension [Endpoint] {
    /// The same calls, which are about the subjects that `find` reads off their messages.
    package func about(
        _ find: @escaping @Sendable (ProtoMessage, Request) async throws -> [Concern]
    ) -> [Endpoint] {
        map { endpoint in
            let limit = endpoint.bodyLimit
            return endpoint.about { request in try await find(ProtoMessage.read(request, limit: limit), request) }
        }
    }

    /// The same calls, whose handlers answer only with what the principal may read.
    package func filtered() -> [Endpoint] { map { $0.filtered() } }
}
