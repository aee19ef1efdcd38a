package import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Puts the library of a DuckDB wheel where `DuckDBLocation` finds it.
package enum DuckDBInstall {
    /// The most bytes the library may have.
    private static let maximumBytes = 1 << 30

    /// A new folder, for this user only, in the folder of the engines: what is put together there can be moved into
    /// place in one step.
    package static func makeStagingFolder() throws(Failure) -> String {
        guard let engines = DuckDBLocation.installFolder else {
            throw Failure(
                .unavailable, "there is no home directory to install into", hint: "Set HOME or XDG_DATA_HOME.")
        }
        try makeFolders(engines)
        var template = Array("\(engines)/.install-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw systemFailure("\(engines): cannot be written") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Takes the library out of a wheel, puts it in place and loads it from there. A library of the same version that
    /// was there before is replaced in one step.
    /// - Parameters:
    ///   - wheel: whose checksum has been verified.
    ///   - staging: a folder of `makeStagingFolder`.
    /// - Throws: `.invalid` if the wheel is not one of DuckDB; `.unavailable` if it cannot be written or loaded.
    package static func install(wheel: String, staging: String) throws(Failure) -> DuckDBEngine {
        let archive = try ZipArchive(wheel)
        let libraries = archive.members.filter { member in
            member.name.hasSuffix(".so") && (member.name.split(separator: "/").last ?? "").contains("duckdb")
        }
        guard let library = libraries.first, libraries.count == 1, library.size <= maximumBytes else {
            throw Failure(.invalid, "\(wheel): does not have exactly one DuckDB library")
        }
        let staged = "\(staging)/\(DuckDBLocation.libraryName)"
        try write(library, of: archive, to: staged)
        // Loaded before it is put in place: a library that does not work never becomes the one that is found.
        let version = try DuckDBEngine(DuckDBLocation(origin: .installed, library: staged)).version
        guard let engines = DuckDBLocation.installFolder else {
            throw Failure(
                .unavailable, "there is no home directory to install into", hint: "Set HOME or XDG_DATA_HOME.")
        }
        let folder = "\(engines)/\(DuckDBRelease.version)"
        try makeFolders(folder)
        let final = "\(folder)/\(DuckDBLocation.libraryName)"
        guard rename(staged, final) == 0 else { throw systemFailure("\(final): cannot be written") }
        synchronise(folder)
        let engine = try DuckDBEngine(DuckDBLocation(origin: .installed, library: final))
        guard engine.version == version else { throw Failure(.conflict, "\(final): changed while it was installed") }
        return engine
    }

    /// Removes a folder that has only files in it; what cannot be removed stays.
    package static func remove(_ folder: String) {
        guard let directory = opendir(folder) else { return }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { unlink("\(folder)/\(name)") }
        }
        closedir(directory)
        rmdir(folder)
    }

    private static func write(
        _ member: ZipArchive.Member, of archive: borrowing ZipArchive, to path: String
    ) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw systemFailure("\(path): cannot be written") }
        defer { close(descriptor) }
        var written = 0
        try archive.unpack(member) { piece throws(Failure) in
            var done = 0
            while done < piece.count {
                let count = pwrite(
                    descriptor, piece.baseAddress! + done, piece.count - done, off_t(written + done))
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw systemFailure("\(path): cannot be written") }
                done += count
            }
            written += done
        }
        guard fsync(descriptor) == 0 else { throw systemFailure("\(path): cannot be written") }
    }

    /// A rename is durable once its folder is.
    private static func synchronise(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = fsync(descriptor)
        close(descriptor)
    }

    private static func makeFolders(_ path: String) throws(Failure) {
        var folder = ""
        for part in path.split(separator: "/") {
            folder += "/" + part
            guard mkdir(folder, 0o755) == 0 || errno == EEXIST else {
                throw systemFailure("\(folder): cannot be made")
            }
        }
    }

    private static func systemFailure(_ what: String) -> Failure {
        Failure(
            .unavailable, "\(what): \(String(cString: strerror(errno)))",
            hint: "Check the rights and the free space, or set XDG_DATA_HOME to another folder.")
    }
}
