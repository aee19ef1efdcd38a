package import Core

extension Permission {
    package static let readExperiments = Permission("experiment.read", .read, of: .experiment)
    package static let writeExperiments = Permission("experiment.write", .edit, of: .experiment)
    /// To delete, and to restore: experiments, and what is in them.
    package static let deleteExperiments = Permission("experiment.delete", .manage, of: .experiment)
    /// To remove for good what was deleted.
    package static let purgeExperiments = Permission("experiment.purge", .administer)
}
