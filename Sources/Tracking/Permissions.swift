package import Core

extension Permission {
    package static let readExperiments = Permission("experiment.read")
    package static let writeExperiments = Permission("experiment.write")
    /// To delete, and to restore.
    package static let deleteExperiments = Permission("experiment.delete")
    /// To remove for good what was deleted.
    package static let purgeExperiments = Permission("experiment.purge")
}
