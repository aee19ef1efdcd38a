package import Core

/// What a registered model was made of, as far as whoever keeps runs and logged models knows.
package struct Lineage: Sendable {
    package struct Run: Sendable {
        package let id: String
        package let name: String
        /// `FINISHED`, `FAILED`, ...
        package let status: String
        package let started: Timestamp?
        package let ended: Timestamp?
        package let isDeleted: Bool
        package let user: String

        package init(
            id: String, name: String, status: String, started: Timestamp?, ended: Timestamp?, isDeleted: Bool,
            user: String
        ) {
            self.id = id
            self.name = name
            self.status = status
            self.started = started
            self.ended = ended
            self.isDeleted = isDeleted
            self.user = user
        }
    }

    package struct LoggedModel: Sendable {
        package let id: String
        package let name: String

        package init(id: String, name: String) {
            self.id = id
            self.name = name
        }
    }

    package struct Dataset: Sendable {
        package let name: String
        package let digest: String
        /// What it was used for: `training`.
        package let context: String

        package init(name: String, digest: String, context: String) {
            self.name = name
            self.digest = digest
            self.context = context
        }
    }

    /// Where the code came from.
    package struct Code: Sendable {
        package var source = ""
        package var kind = ""
        package var commit = ""
        package var branch = ""
        package var repository = ""

        package init() {}

        package var isKnown: Bool { [source, commit, branch, repository].contains { !$0.isEmpty } }
    }

    /// Whose rights decide who may see all this.
    package var experiment: Subject?
    package var run: Run?
    package var loggedModel: LoggedModel?
    package var datasets: [Dataset] = []
    package var code = Code()

    package init() {}
}

/// Files below a place of artifacts.
package struct ArtifactFiles: Sendable {
    package struct File: Sendable {
        /// From the place on: `data/model.pkl`.
        package let path: String
        /// Bytes.
        package let size: Int64
        /// 64 hexadecimal digits; nil where it is not known yet.
        package let sha256: String?

        package init(path: String, size: Int64, sha256: String?) {
            self.path = path
            self.size = size
            self.sha256 = sha256
        }
    }

    /// In the order of their paths' bytes.
    package let files: [File]
    /// False when there are more.
    package let isComplete: Bool

    package init(files: [File], isComplete: Bool) {
        self.files = files
        self.isComplete = isComplete
    }
}
