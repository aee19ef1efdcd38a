/// Where a folder of MLflow's machine is on this one: `/var/lib/mlflow=/mnt/old/mlflow`.
package struct MovedFolder: Sendable, Equatable {
    private let old: String
    private let new: String

    /// - Parameter argument: both as whole paths, with `=` between them.
    package init?(argument: String) {
        guard let sign = argument.firstIndex(of: "=") else { return nil }
        let (old, new) = (argument[..<sign], argument[argument.index(after: sign)...])
        guard old.hasPrefix("/"), new.hasPrefix("/") else { return nil }
        self.old = PlaceMapping.localPath(String(old)) ?? ""
        self.new = String(new)
    }

    /// The path on this machine, of one that was in the folder.
    func path(of path: String) -> String? {
        if path == old { return new }
        return path.hasPrefix(old == "/" ? old : old + "/") ? new + path.dropFirst(old == "/" ? 0 : old.count) : nil
    }
}
