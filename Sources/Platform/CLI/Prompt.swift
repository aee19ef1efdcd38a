package import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Asks whoever sits at the terminal.
package enum Prompt {
    /// A line that is not shown while it is typed. Without a terminal it is the first line of standard input, for
    /// scripts.
    /// - Throws: `invalid` when nothing is given.
    package static func secret(_ question: String) throws(Failure) -> String {
        guard isatty(STDIN_FILENO) == 1 else { return try line("") }
        Terminal.writeError(question)
        var old = termios()
        guard tcgetattr(STDIN_FILENO, &old) == 0 else { return try line("") }
        var silent = old
        silent.c_lflag &= ~tcflag_t(ECHO)
        silent.c_lflag |= tcflag_t(ECHONL)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &old) }
        return try line("")
    }

    /// A line.
    /// - Throws: `invalid` when nothing is given.
    package static func line(_ question: String) throws(Failure) -> String {
        if !question.isEmpty { Terminal.writeError(question) }
        guard let line = readLine(strippingNewline: true), !line.isEmpty else {
            throw Failure(.invalid, "nothing was given")
        }
        return line
    }

    /// A new password, twice when somebody types it.
    package static func newPassword(_ question: String) throws(Failure) -> String {
        let password = try secret(question)
        guard isatty(STDIN_FILENO) == 1 else { return password }
        guard try secret("Again: ").utf8.elementsEqual(password.utf8) else {
            throw Failure(.invalid, "the two are not the same; nothing was changed")
        }
        return password
    }
}
