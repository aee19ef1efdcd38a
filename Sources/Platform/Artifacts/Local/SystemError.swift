import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A system call that failed.
struct SystemError: Error {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    /// The error of the call just made.
    static var last: SystemError { SystemError(errno) }

    /// What it means for who asked for an artifact. The system's word goes to the log, the artifact's path to the
    /// client; the place of the store on this machine to nobody.
    func failure(_ path: ArtifactPath, _ purpose: Purpose = .write) -> Failure {
        let place = path.isRoot ? "the artifact root" : "artifact '\(path)'"
        let cause = String(cString: strerror(number))
        switch number {
        case ENOENT: return Failure(.notFound, "\(place) does not exist", cause: cause)
        case ENOTDIR where purpose == .read: return Failure(.notFound, "\(place) does not exist", cause: cause)
        case EISDIR where purpose == .read:
            return Failure(.invalid, "\(place) is a folder, not a file", hint: "Name a file in it.", cause: cause)
        case ENOTDIR:
            return Failure(
                .conflict, "\(place): a file stands where a folder is needed", hint: "Choose another path.",
                cause: cause)
        case EISDIR, ENOTEMPTY, EEXIST:
            return Failure(.conflict, "\(place) is a folder", hint: "Choose another path.", cause: cause)
        case ELOOP, EXDEV:
            return Failure(.invalid, "Invalid path: \(place) leads through a link", cause: cause)
        case ENAMETOOLONG: return Failure(.invalid, "Invalid path: \(place) has a name that is too long", cause: cause)
        case ENOSPC, EDQUOT, EFBIG:
            return Failure(
                .unavailable, "\(place): there is no space left to store it",
                hint: "Nothing was changed. Writing goes on by itself when there is space again.", cause: cause)
        case EMFILE, ENFILE, ENOMEM:
            return Failure(.unavailable, "\(place): too many files are open", hint: "Try again shortly.", cause: cause)
        default: return Failure(.unavailable, "\(place): the store cannot be used just now", cause: cause)
        }
    }
}

/// Whether something is to be put there, or is looked for.
enum Purpose {
    case read, write
}

/// Runs `body` and says its system errors in terms of an artifact.
func reporting<Result: ~Copyable>(
    _ path: ArtifactPath, _ purpose: Purpose = .write, _ body: () throws(SystemError) -> Result
) throws(Failure) -> Result {
    do {
        return try body()
    } catch {
        throw error.failure(path, purpose)
    }
}
