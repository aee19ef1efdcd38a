package import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Standard output and error of this process. Answers go to standard output, everything else to standard error.
package enum Terminal {
    package static func write(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }
    package static func write(_ text: String) { write(Array(text.utf8), to: STDOUT_FILENO) }
    package static func message(_ text: String) { writeError(text + "\n") }
    package static func writeError(_ text: String) { write(Array(text.utf8), to: STDERR_FILENO) }

    /// A failure as people read it: what happened, then what to do.
    package static func report(_ failure: Failure) {
        message("error: \(failure.message)")
        if let hint = failure.hint { message("  \(hint)") }
        // Whoever runs the program may see what a client may not.
        if let cause = failure.cause { message("  cause: \(cause)") }
    }

    /// Colour is used on a terminal only, and never when NO_COLOR is set (no-color.org) or TERM is "dumb".
    package static var usesColour: Bool {
        guard isatty(STDOUT_FILENO) == 1 else { return false }
        if let value = getenv("NO_COLOR"), value.pointee != 0 { return false }
        if let term = getenv("TERM"), String(cString: term) == "dumb" { return false }
        return true
    }

    package static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
    package static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Columns of the terminal, between 40 and 200; 100 when standard output is not one.
    package static var width: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
        return min(200, max(40, Int(size.ws_col)))
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                #if canImport(Glibc)
                    let written = Glibc.write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
                #else
                    let written = Darwin.write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
                #endif
                if written < 0 {
                    if errno == EINTR { continue }
                    return
                }
                offset += written
            }
        }
    }
}
