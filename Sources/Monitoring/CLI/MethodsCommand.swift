package import ArgumentParser
import Core
import Platform
import Statistics

/// `steward methods`: what can be asked for with `--method`.
package struct MethodsCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "methods",
        abstract: "List the methods of comparing data, or explain some of them.",
        discussion: """
            Examples:
              steward methods
              steward methods evidently
              steward methods scipy.energy counts.psi
            """)

    @Argument(help: "Method names, or namespaces (steward, scipy, evidently, alibi, nannyml, counts).")
    var names: [String] = []

    @Flag(help: "Everything, as the Markdown of docs/reference/methods.md.")
    var markdown = false

    package init() {}

    package mutating func run() throws {
        if markdown { return Terminal.write(MethodReference.markdown()) }
        let entries = MethodReference.entries
        guard !names.isEmpty else { return Terminal.write(MethodReference.table(entries)) }
        for name in names {
            if entries.contains(where: { $0.namespace == name }) {
                Terminal.write(MethodReference.table(entries.filter { $0.namespace == name }))
            } else if let entry = entries.first(where: { $0.name == name }) {
                Terminal.write(MethodReference.explain(entry))
            } else {
                throw MethodSelection.unknown(name)
            }
        }
    }
}
