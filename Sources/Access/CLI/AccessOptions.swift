import ArgumentParser
package import Core
package import Platform

/// What `steward serve` can be told about signing in.
package struct AccessOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "YAML file: the identity provider that people sign in through, and issuers whose tokens let programs in.",
            valueName: "file"))
    var signOn: String?

    package init() {}

    /// The names of these options as settings.
    package static let names = ["sign_on"]

    package func settings(_ settings: Settings, requiresSignIn: Bool) throws(Failure) -> Access.Settings {
        var access = Access.Settings(requiresSignIn: requiresSignIn)
        if let file = try settings.text("sign_on", flag: signOn) { access.signOn = try SignOnSettings(file: file) }
        return access
    }
}
