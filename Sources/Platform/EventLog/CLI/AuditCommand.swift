package import ArgumentParser

/// `steward audit`: what the event log says, and whether it can be believed.
package struct AuditCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Read, verify and export the audit log.",
        discussion: """
            Examples:
              steward audit list --under model/17
              steward audit verify
              steward audit export audit-2026-07 && steward audit verify audit-2026-07
            """,
        subcommands: [AuditListCommand.self, AuditVerifyCommand.self, AuditProofCommand.self, AuditExportCommand.self])

    package init() {}
}
