package import Core
import Platform

/// How people and programs sign in that others know: read from the file that `--sign-on` names.
package struct SignOnSettings: Sendable {
    var login: LoginProvider?
    var issuers: [TrustedIssuer] = []
    /// Where issuers may be. Addresses that are not public must be listed.
    var destinations = DestinationPolicy()

    package init() {}

    /// - Parameter path: of a YAML file.
    package init(file path: String) throws(Failure) {
        self = try SignOnFile(path).settings()
    }
}

/// Reads the file. Everything in it is a text, a list or a mapping; names that mean nothing are refused.
private struct SignOnFile {
    private let path: String
    private let root: JSON

    init(_ path: String) throws(Failure) {
        self.path = path
        root = try YAMLFile.read(path)
    }

    func settings() throws(Failure) -> SignOnSettings {
        try check(root, "", ["login", "jobs", "allow"])
        var settings = SignOnSettings()
        settings.destinations.allow(try texts(root["allow"], "allow"))
        if let login = root["login"] { settings.login = try self.login(login) }
        for (index, job) in (root["jobs"]?.elements ?? []).enumerated() {
            settings.issuers.append(try issuer(job, "jobs[\(index)]."))
        }
        if let jobs = root["jobs"], jobs.elements == nil { throw wrong("jobs", "a list") }
        let issuers = settings.issuers.map(\.issuer) + [settings.login?.issuer].compactMap(\.self)
        for issuer in issuers {
            try check(issuer: issuer, &settings.destinations)
        }
        for list in [settings.issuers.map(\.issuer), settings.issuers.map(\.name)] where Set(list).count < list.count {
            throw Failure(.invalid, "\(path): jobs: an issuer is listed twice", hint: "Put its rules into one entry.")
        }
        return settings
    }

    /// Without TLS anybody on the way could publish keys: such an issuer must be listed itself.
    private func check(issuer: String, _ destinations: inout DestinationPolicy) throws(Failure) {
        let isPlain = issuer.hasPrefix("http://")
        if isPlain { destinations.schemes.insert("http") }
        let destination = try Destination(issuer, destinations)
        let isListed =
            destinations.allowedHosts.contains(destination.host)
            || destination.literal.map { literal in
                destinations.allowedRanges.contains { $0.contains(literal) }
            } ?? false
        guard isListed || !isPlain else {
            throw Failure(
                .invalid, "\(path): the issuer \(issuer) has the scheme http",
                hint: "Use https, or list its host under `allow` if nobody can get in between.")
        }
    }

    // MARK: - Login

    private func login(_ json: JSON) throws(Failure) -> LoginProvider {
        let place = "login."
        try check(
            json, place,
            [
                "title", "issuer", "client_id", "client_secret_file", "scopes", "name_claim", "display_name_claim",
                "groups_claim", "roles", "default_role", "groups",
            ])
        var login = LoginProvider(
            title: try text(json["title"], place + "title") ?? "single sign-on",
            issuer: try issuer(json["issuer"], place + "issuer"),
            clientID: try required(json["client_id"], place + "client_id"))
        if let file = try text(json["client_secret_file"], place + "client_secret_file") {
            login.clientSecret = try secret(file)
        }
        if let scopes = json["scopes"] { login.scopes = try texts(scopes, place + "scopes") }
        guard login.scopes.contains("openid") else { throw wrong(place + "scopes", "a list with openid in it") }
        login.nameClaim = try text(json["name_claim"], place + "name_claim") ?? login.nameClaim
        login.displayNameClaim =
            try text(json["display_name_claim"], place + "display_name_claim") ?? login.displayNameClaim
        login.groupsClaim = try text(json["groups_claim"], place + "groups_claim") ?? login.groupsClaim
        for member in try members(json["roles"], place + "roles") {
            let values = try texts(member.value, "\(place)roles.\(member.name)")
            login.roles.append((try role(member.name, place + "roles"), values.map(NamePattern.init)))
        }
        if let role = try text(json["default_role"], place + "default_role") {
            login.defaultRole = try self.role(role, place + "default_role")
        }
        for member in try members(json["groups"], place + "groups") {
            login.groups.append((member.name, try required(member.value, "\(place)groups.\(member.name)")))
        }
        return login
    }

    private func secret(_ file: String) throws(Failure) -> String {
        let bytes = try FileContents.read(file, limit: 4096)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(.invalid, "\(file): it holds no text")
        }
        var secret = Substring(text)
        while let last = secret.last, last.isWhitespace { secret.removeLast() }
        guard !secret.isEmpty else { throw Failure(.invalid, "\(file): it is empty") }
        return String(secret)
    }

    // MARK: - Jobs

    private func issuer(_ json: JSON, _ place: String) throws(Failure) -> TrustedIssuer {
        try check(json, place, ["name", "issuer", "audience", "rules"])
        let name = try required(json["name"], place + "name")
        try AccountNames.check(name, "\(path): \(place)name")
        var rules: [ClaimRule] = []
        for (index, rule) in (json["rules"]?.elements ?? []).enumerated() {
            rules.append(try self.rule(rule, "\(place)rules[\(index)]."))
        }
        guard !rules.isEmpty else { throw wrong(place + "rules", "a list of rules") }
        return TrustedIssuer(
            name: name, issuer: try issuer(json["issuer"], place + "issuer"),
            audience: try required(json["audience"], place + "audience"), rules: rules)
    }

    private func rule(_ json: JSON, _ place: String) throws(Failure) -> ClaimRule {
        try check(json, place, ["claims", "role", "grants"])
        var conditions: [ClaimCondition] = []
        for member in try members(json["claims"], place + "claims") {
            let values = try texts(member.value, "\(place)claims.\(member.name)")
            conditions.append(ClaimCondition(claim: member.name, patterns: values.map(NamePattern.init)))
        }
        // The issuers of the large services sign tokens for everybody.
        guard conditions.contains(where: { !$0.isEmpty }) else {
            throw Failure(
                .invalid, "\(path): \(place)claims: nothing tells your jobs from everybody else's",
                hint: "Name at least one claim, such as repository: acme/fraud.")
        }
        var grants: [Grant] = []
        for (index, grant) in (json["grants"]?.elements ?? []).enumerated() {
            grants.append(try self.grant(grant, "\(place)grants[\(index)]."))
        }
        let role = try text(json["role"], place + "role").map { text throws(Failure) in
            try self.role(text, place + "role")
        }
        guard role != nil || !grants.isEmpty else { throw wrong(place + "role", "a role, unless there are grants") }
        return ClaimRule(conditions: conditions, role: role, grants: grants)
    }

    private func grant(_ json: JSON, _ place: String) throws(Failure) -> Grant {
        try check(json, place, ["experiment", "experiment_id", "model", "level"])
        let word = try required(json["level"], place + "level")
        guard let level = Permission.Level(word: word), level < .administer else {
            throw wrong(place + "level", "read, edit, approve or manage")
        }
        let named: [(Subject.Kind, String?, isID: Bool)] = [
            (.experiment, try text(json["experiment"], place + "experiment"), false),
            (.experiment, try text(json["experiment_id"], place + "experiment_id"), true),
            (.registeredModel, try text(json["model"], place + "model"), false),
        ]
        let given = named.filter { $0.1 != nil }
        guard given.count == 1, let name = given[0].1 else {
            throw wrong(place, "one of experiment, experiment_id and model")
        }
        if given[0].isID {
            guard let id = Int64(name) else { throw wrong(place + "experiment_id", "a number") }
            return Grant(.experiment, .id(id), level)
        }
        return Grant(
            given[0].0, name.utf8.contains(UInt8(ascii: "*")) ? .pattern(NamePattern(name)) : .name(name), level)
    }

    // MARK: - Values

    private func issuer(_ json: JSON?, _ place: String) throws(Failure) -> String {
        let issuer = try required(json, place)
        guard issuer.hasPrefix("https://") || issuer.hasPrefix("http://") else {
            throw wrong(place, "an https address, as the issuer's tokens have it")
        }
        return issuer
    }

    private func role(_ name: String, _ place: String) throws(Failure) -> Role {
        do { return try Role(named: name) } catch {
            throw Failure(.invalid, "\(path): \(place): \(error.message)", hint: error.hint)
        }
    }

    private func check(_ json: JSON, _ place: String, _ names: [String]) throws(Failure) {
        guard let members = json.members else { throw wrong(place.isEmpty ? "the file" : place, "`name: value` lines") }
        for member in members where !names.contains(where: { $0.utf8.elementsEqual(member.name.utf8) }) {
            let nearest = NearestName.find(member.name, among: names)
            throw Failure(
                .invalid, "\(path): \(place)\(member.name.prefix(100)): there is no such setting",
                hint: nearest.map { "Did you mean \($0)?" } ?? "There are \(names.joined(separator: ", ")).")
        }
    }

    private func members(_ json: JSON?, _ place: String) throws(Failure) -> [JSON.Member] {
        guard let json else { return [] }
        guard let members = json.members else { throw wrong(place, "`name: value` lines") }
        return members
    }

    private func text(_ json: JSON?, _ place: String) throws(Failure) -> String? {
        guard let json else { return nil }
        guard let text = json.text, !text.isEmpty else { throw wrong(place, "a text") }
        return text
    }

    private func required(_ json: JSON?, _ place: String) throws(Failure) -> String {
        guard let text = try text(json, place) else { throw Failure(.invalid, "\(path): \(place): it must be given") }
        return text
    }

    private func texts(_ json: JSON?, _ place: String) throws(Failure) -> [String] {
        guard let json else { return [] }
        if let text = json.text { return [text] }
        var texts: [String] = []
        for element in json.elements ?? [.null] {
            guard let text = element.text else { throw wrong(place, "a text or a list of texts") }
            texts.append(text)
        }
        return texts
    }

    private func wrong(_ place: String, _ expected: String) -> Failure {
        Failure(.invalid, "\(path): \(place): it must be \(expected)")
    }
}
