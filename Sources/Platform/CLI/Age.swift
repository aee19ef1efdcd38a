import ArgumentParser

/// How long ago something was, as an option: `30d`, `12h`, `1d12h30m`, `0s`.
package struct Age: ExpressibleByArgument, Sendable, CustomStringConvertible {
    package let seconds: Int64

    package init(seconds: Int64) { self.seconds = seconds }

    private static let units: [(name: Character, seconds: Int64)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]

    /// - Returns: nil unless it is numbers with units, the larger units first, each at most once.
    package init?(argument: String) {
        var rest = argument[...]
        var total: Int64 = 0
        var units = Self.units[...]
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            rest = rest[digits.endIndex...]
            guard digits.utf8.count <= 9, let number = Int64(digits), let name = rest.popFirst(),
                let place = units.firstIndex(where: { $0.name == name })
            else { return nil }
            total += number * units[place].seconds
            units = units[(place + 1)...]
        }
        guard !argument.isEmpty else { return nil }
        seconds = total
    }

    package var description: String {
        for unit in Self.units where seconds.isMultiple(of: unit.seconds) {
            return "\(seconds / unit.seconds)\(unit.name)"
        }
        return "\(seconds)s"
    }

    package var defaultValueDescription: String { description }
}
