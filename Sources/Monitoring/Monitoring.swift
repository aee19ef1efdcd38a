package import ArgumentParser

/// The front door of the Monitoring domain: everything it plugs into the program.
package enum Monitoring {
    package static let commands: [any ParsableCommand.Type] = [
        DriftCommand.self,
        ProfileCommand.self,
        MethodsCommand.self,
        DemoCommand.self,
    ]
}
