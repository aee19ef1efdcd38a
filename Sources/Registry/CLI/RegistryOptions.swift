import ArgumentParser
package import Core
package import Platform

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
    var sourceCheck: SourceCheck.Strictness?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Further schemes of places for artifacts that sources of model versions and experiments may name, such as "
                + "hdfs or abfss.",
            valueName: "scheme"))
    var artifactSchemes: [String] = []

    package init() {}

    /// The names of these options as settings.
    package static let names = ["webhook_allow", "webhook_schemes", "source_check", "artifact_schemes"]

    package func settings(_ settings: Settings) throws(Failure) -> Registry.Settings {
        var registry = Registry.Settings()
        registry.destinations.allow(try settings.texts("webhook_allow", flag: webhookAllow))
        let schemes = try settings.texts("webhook_schemes", flag: webhookSchemes).map { $0.lowercased() }
        for scheme in schemes where scheme != "http" && scheme != "https" {
            throw Failure(
                .invalid, "webhooks cannot go to \(scheme) addresses", hint: "The schemes are http and https.")
        }
        if !schemes.isEmpty { registry.destinations.schemes = Set(schemes) }
        if let strictness = try settings.choice("source_check", flag: sourceCheck) {
            registry.sourceCheck.strictness = strictness
        }
        registry.sourceCheck.furtherSchemes = Set(
            try settings.texts("artifact_schemes", flag: artifactSchemes).map { $0.lowercased() })
        return registry
    }
}

extension SourceCheck.Strictness: ExpressibleByArgument {}
