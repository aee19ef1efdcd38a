import CSyscalls
import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder that no path leads out of: no `..`, no link, no mount of /proc.
struct ConfinedFolder: Sendable {
    /// Who sees to it.
    enum Resolution: Sendable {
        /// The kernel, in one call (openat2, Linux 5.6).
        case kernel
        /// We, name by name, where the kernel cannot or a sandbox forbids the call.
        case stepwise
    }

    let root: Descriptor
    let resolution: Resolution

    private static let resolve = UInt64(
        STEWARD_RESOLVE_BENEATH | STEWARD_RESOLVE_NO_SYMLINKS | STEWARD_RESOLVE_NO_MAGICLINKS)
    /// A path that others rename at the same time may have to be walked again.
    private static let attempts = 16

    init(_ root: Descriptor, forcing resolution: Resolution? = nil) {
        self.root = root
        self.resolution = resolution ?? (Self.kernelResolves(root) ? .kernel : .stepwise)
    }

    private static func kernelResolves(_ root: Descriptor) -> Bool {
        let number = steward_openat2(root.number, ".", UInt64(O_RDONLY | O_DIRECTORY | O_CLOEXEC), 0, resolve)
        guard number >= 0 else { return false }
        close(number)
        return true
    }

    func folder(_ path: ArtifactPath) throws(SystemError) -> Descriptor {
        try open(path, O_RDONLY | O_DIRECTORY)
    }

    /// A regular file, for reading. What would block or act when opened (a pipe, a device) is refused.
    func file(_ path: ArtifactPath) throws(SystemError) -> Descriptor {
        let descriptor = try open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
        switch try descriptor.status().kind {
        case .file: return descriptor
        case .folder: throw SystemError(EISDIR)
        case .other: throw SystemError(ELOOP)
        }
    }

    /// What stands at a path; a link counts as neither file nor folder.
    func status(_ path: ArtifactPath) throws(SystemError) -> FileStatus {
        guard let name = path.name else { return try root.status() }
        return try folder(path.parent).status(of: name)
    }

    private func open(_ path: ArtifactPath, _ flags: Int32) throws(SystemError) -> Descriptor {
        switch resolution {
        // Without O_NOFOLLOW, which would let the kernel stop at a last link before it refuses links.
        case .kernel: try openByKernel(path, flags | O_CLOEXEC)
        case .stepwise: try openStepwise(path, flags | O_CLOEXEC | O_NOFOLLOW)
        }
    }

    private func openByKernel(_ path: ArtifactPath, _ flags: Int32) throws(SystemError) -> Descriptor {
        let text = path.isRoot ? "." : path.text
        var attempt = 0
        while true {
            let number = steward_openat2(root.number, text, UInt64(UInt32(bitPattern: flags)), 0, Self.resolve)
            if number >= 0 { return Descriptor(number) }
            attempt += 1
            guard errno == EINTR || errno == EAGAIN, attempt < Self.attempts else { throw .last }
        }
    }

    private func openStepwise(_ path: ArtifactPath, _ flags: Int32) throws(SystemError) -> Descriptor {
        guard let name = path.name else { return try .opened(openat(root.number, ".", flags)) }
        var folder = root
        for name in path.components.dropLast() {
            folder = try unlessLink(name, in: folder) { () throws(SystemError) in try folder.folder(name) }
        }
        return try unlessLink(name, in: folder) { () throws(SystemError) in
            try .opened(openat(folder.number, name, flags))
        }
    }

    /// The system says "not a folder" of a link that is not to be followed; it is said here as the kernel's own
    /// resolution says it.
    private func unlessLink(
        _ name: String, in folder: Descriptor, _ open: () throws(SystemError) -> Descriptor
    ) throws(SystemError) -> Descriptor {
        do {
            return try open()
        } catch {
            var status = stat()
            if error.number == ENOTDIR, fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0,
                status.st_mode & S_IFMT == S_IFLNK
            {
                throw SystemError(ELOOP)
            }
            throw error
        }
    }
}
