import ArgumentParser

/// Ends a command with a status of our own table.
package enum CommandExit {
    package static func finish(_ status: ExitStatus) throws {
        if status != .ok { throw ExitCode(status.rawValue) }
    }
}
