package import ArgumentParser
package import Core
package import Platform

/// Who uses the server and what they may do: users, tokens, groups, roles, grants, sessions.
package struct Access: Domain {
    /// Also the beginning of the names of its tables and events.
    package static let name = "access"
    package static let migrations = AccessSchema.migrations

    package static let navigation = [
        UserListPage.navigation, GroupPages.navigation, TokenPages.navigation, RolePage.navigation,
    ]
    package static let eventWords: EventWords? = AccessWords.words
    package static let subjectPages = [
        SubjectPage("user/{}") { _, event in
            event.details["user"]?.text.map { .init("user \($0)", Address("/users", $0)) }
        },
        SubjectPage("group/{}") { _, event in
            event.details["group"]?.text.map { .init("group \($0)", Address("/groups", $0)) }
        },
    ]

    package static let commands: [any ParsableCommand.Type] = [
        LoginCommand.self, LogoutCommand.self, WhoAmICommand.self, UserCommand.self, TokenCommand.self,
        GroupCommand.self, GrantCommand.self,
    ]

    package struct Settings: Sendable {
        /// Whether everybody has to sign in from the start, not only once there are users.
        package var requiresSignIn: Bool
        /// What the passwords of today cost.
        package var passwords = ScryptParameters.standard
        package var lifetimes = Lifetimes()
        /// Whose word is taken for people and programs.
        package var signOn = SignOnSettings()

        package init(requiresSignIn: Bool = false) { self.requiresSignIn = requiresSignIn }
    }

    /// How long things hold, in milliseconds.
    package struct Lifetimes: Sendable {
        /// A session that nothing comes from.
        package var idleSession: Int64 = 12 * 3_600_000
        /// A session whatever comes from it.
        package var session: Int64 = 7 * 86_400_000
        /// The link that makes the first administrator.
        package var setUpLink: Int64 = 3_600_000
        /// A link for an invitation or a new password.
        package var passwordLink: Int64 = 3 * 86_400_000

        package init() {}

        func isAlive(_ session: Session, _ now: Timestamp) -> Bool {
            // A session is seen to the minute.
            now < session.expires && now.milliseconds - session.seen.milliseconds < idleSession + 60_000
        }
    }

    let services: Services
    let settings: Settings
    let directories: [any SubjectDirectory]
    let state: AccessState
    let passwords: Passwords
    let signIn: AccessAuthorizer
    /// How people sign in through an identity provider; nil where there is none.
    let login: LoginFlow?

    /// - Parameter directories: who knows the things that grants are about.
    package init(
        _ services: Services, directories: [any SubjectDirectory] = [], settings: Settings = Settings()
    ) throws(Failure) {
        self.services = services
        self.settings = settings
        self.directories = directories
        state = AccessState(database: services.database, now: services.world.now)
        passwords = try Passwords(settings.passwords, world: services.world)
        let client = OutboundClient(policy: settings.signOn.destinations, world: services.world)
        let issuers = settings.signOn.issuers
        signIn = AccessAuthorizer(
            services, requiresSignIn: settings.requiresSignIn, state: state, passwords: passwords,
            limits: AttemptLimits(), lifetimes: settings.lifetimes,
            jobs: issuers.isEmpty ? nil : JobTokens(issuers, client, now: services.world.now))
        login = settings.signOn.login.map { LoginFlow($0, client, services) }
    }

    package var endpoints: [Endpoint] {
        [
            MeEndpoints(access: self).endpoints,
            UserEndpoints(access: self).endpoints,
            TokenEndpoints(access: self).endpoints,
            GroupEndpoints(access: self).endpoints,
            GrantEndpoints(access: self).endpoints,
            SignInEndpoints(access: self).endpoints,
            UserCalls(access: self).endpoints,
            PermissionCalls(access: self).endpoints,
            UserPermissionCalls(access: self).endpoints,
            RoleCalls(access: self).endpoints,
            SignInPages(access: self).endpoints,
            login.map { SignOnEndpoints(access: self, flow: $0).endpoints } ?? [],
            UserListPage(access: self).endpoints,
            UserPage(access: self).endpoints,
            GroupPages(access: self).endpoints,
            TokenPages(access: self).endpoints,
            RolePage().endpoints,
        ].flatMap { $0 }
    }

    package var authorizer: (any Authorizer)? { signIn }

    /// For the domains whose things grants are about.
    package var subjectGrants: any SubjectGrants { AccessSubjectGrants(state: state, now: services.world.now) }
}

extension Permission {
    /// Users, groups, roles, everybody's tokens and grants.
    package static let accessManage = Permission("access.manage", .administer)
    /// Who may do what with an experiment.
    package static let experimentGrant = Permission("experiment.grant", .manage, of: .experiment)
    /// Who may do what with a registered model.
    package static let modelGrant = Permission("model.grant", .manage, of: .registeredModel)
}

extension Access {
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (AccessReader) throws -> Value
    ) async throws(Failure) -> Value {
        try await services.database.read { try body(AccessReader($0)) }
    }

    func write<Value: Sendable>(
        _ origin: Origin, _ body: @escaping @Sendable (AccessWriter) throws -> Value
    ) async throws(Failure) -> Value {
        let (world, state) = (services.world, state)
        return try await services.database.write(key: Self.name) { transaction in
            let writer = try AccessWriter(transaction, origin, now: world.now())
            let value = try body(writer)
            let (version, hasUsers) = (writer.version, try writer.reader.hasUsers())
            transaction.afterCommit { state.note(version: version, hasUsers: hasUsers) }
            return value
        }
    }

    func write<Value: Sendable>(
        _ request: Request, _ body: @escaping @Sendable (AccessWriter) throws -> Value
    ) async throws(Failure) -> Value {
        try await write(request.origin, body)
    }

    /// The account of whoever sent a request.
    /// - Throws: `invalid` for those who have none: `local`, and jobs whose tokens others have issued.
    func account(of request: Request) async throws(Failure) -> User {
        let principal = request.principal
        switch principal.method {
        case .password, .token, .session: return try await read { try $0.requiredUser(named: principal.name) }
        default:
            throw Failure(
                .invalid, "\(principal.name) has no account here",
                hint: principal.method == .local
                    ? "Create an administrator: steward user create NAME --role admin" : nil)
        }
    }
}
