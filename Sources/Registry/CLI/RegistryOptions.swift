import ArgumentParser
package import Core
import Platform

/// What `steward serve` can be told about the registry.
package struct RegistryOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Where webhooks may go although it is no public address: ranges (10.0.0.0/8) and host names.",
            valueName: "place"))
    var webhookAllow: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Schemes that addresses of webhooks may have. (default: https)", valueName: "scheme"))
    var webhookSchemes: [String] = []

    @Option(
        help: ArgumentHelp(
            "What the source of a model version may be: strict as MLflow 3.18, compatible as 2.22. (default: strict)",
            valueName: "rule"))
    var sourceCheck: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Further schemes that sources of model versions may have.", valueName: "scheme"))
    var sourceSchemes: [String] = []

    package init() {}

    /// - Parameter environment: what the flags leave open comes from `STEWARD_WEBHOOK_ALLOW` and so on, lists
    ///   separated by commas.
    package func settings(_ environment: [String: String]) throws(Failure) -> Registry.Settings {
        var settings = Registry.Settings()
        settings.destinations.allow(Self.list(webhookAllow, environment["STEWARD_WEBHOOK_ALLOW"]))
        let schemes = Self.list(webhookSchemes, environment["STEWARD_WEBHOOK_SCHEMES"]).map { $0.lowercased() }
        for scheme in schemes where scheme != "http" && scheme != "https" {
            throw Failure(
                .invalid, "webhooks cannot go to \(scheme) addresses", hint: "The schemes are http and https.")
        }
        if !schemes.isEmpty { settings.destinations.schemes = Set(schemes) }
        if let name = sourceCheck ?? environment["STEWARD_SOURCE_CHECK"] {
            guard let strictness = SourceCheck.Strictness(rawValue: name) else {
                throw Failure(.invalid, "\(name) is no rule for sources", hint: "The rules are strict and compatible.")
            }
            settings.sourceCheck.strictness = strictness
        }
        settings.sourceCheck.furtherSchemes = Set(
            Self.list(sourceSchemes, environment["STEWARD_SOURCE_SCHEMES"]).map { $0.lowercased() })
        return settings
    }

    private static func list(_ flags: [String], _ environment: String?) -> [String] {
        guard flags.isEmpty, let environment else { return flags }
        return environment.split(separator: ",").map { $0.trimmingPrefix(while: { $0 == " " }) }.map(String.init)
    }
}
