package import Core

// Registered models, their versions and aliases, webhooks.
extension Validate {
    /// - Parameter path: `new_name` for the name a model is to get.
    package static func modelName(_ name: String, path: String = "name") throws(Failure) {
        guard !isBlank(name) else { throw missingValue(at: path) }
        guard !name.utf8.contains(UInt8(ascii: "/")), !name.utf8.contains(UInt8(ascii: ":")) else {
            throw Failure(.invalid, "Invalid model name '\(name)'. Names cannot contain '/' or ':'.")
        }
        try pathName(name, at: "name")
    }

    /// - Returns: the version's number.
    package static func modelVersion(_ version: String) throws(Failure) -> Int {
        guard let number = Int(version) else {
            throw Failure(.invalid, "Parameter 'version' must be an integer, got '\(version)'.")
        }
        return number
    }

    package static func registeredModelTag(_ key: String, value: String) throws(Failure) {
        try registryTag(key, value: value)
    }

    package static func modelVersionTag(_ key: String, value: String) throws(Failure) {
        if key == "mlflow.prompt.text", value.unicodeScalars.count > ValidationLimit.registryTagValue {
            throw Failure(
                .invalid, "Prompt text exceeds max length of \(ValidationLimit.registryTagValue) characters.")
        }
        try registryTag(key, value: value)
    }

    private static func registryTag(_ key: String, value: String) throws(Failure) {
        try entityName(key, at: "key")
        try length("key", key, atMost: ValidationLimit.registryTagKey)
        try length("value", value, atMost: ValidationLimit.registryTagValue)
    }

    /// An alias to be set: also not one of the words that stand for versions by themselves.
    package static func alias(_ alias: String) throws(Failure) {
        try aliasName(alias)
        guard alias.lowercased() != "latest" else {
            throw Failure(.invalid, "'latest' alias name (case insensitive) is reserved.")
        }
        let scalars = alias.unicodeScalars
        if let first = scalars.first, first == "v" || first == "V", scalars.count > 1,
            scalars.dropFirst().allSatisfy({ $0.properties.numericType == .decimal })
        {
            throw Failure(.invalid, "Version alias name '\(alias)' is reserved.")
        }
    }

    /// An alias to be looked up or deleted.
    package static func aliasName(_ alias: String) throws(Failure) {
        guard !alias.isEmpty else { throw Failure(.invalid, "Registered model alias name cannot be empty.") }
        guard alias.unicodeScalars.allSatisfy({ $0.isWordCharacter || $0 == "-" }) else {
            throw Failure(
                .invalid,
                "Invalid alias name: '\(alias)'. Names may only contain alphanumerics, underscores (_), "
                    + "and dashes (-).")
        }
        try length("Registered model alias name", alias, atMost: ValidationLimit.alias)
    }

    /// ASCII letters, digits, dots, underscores and hyphens; a letter or digit at both ends.
    package static func webhookName(_ name: String) throws(Failure) {
        let bytes = Array(name.utf8)
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            Unicode.Scalar(byte).isASCII && byte != UInt8(ascii: "_") && Unicode.Scalar(byte).isWordCharacter
        }
        guard let first = bytes.first, let last = bytes.last, bytes.count <= ValidationLimit.webhookName,
            isAlphanumeric(first), isAlphanumeric(last),
            bytes.allSatisfy({ isAlphanumeric($0) || "._-".utf8.contains($0) })
        else {
            throw Failure(
                .invalid,
                "Webhook name '\(name)' is invalid. It must start and end with a letter or digit, be less than 63 "
                    + "characters long, and contain only letters, digits, dots (.), underscores (_), and hyphens (-).")
        }
    }
}
