/// Text from outside (column names, categories, file names) made fit for showing.
package enum DisplayText {
    /// Cells a text takes on a terminal: 2 for East Asian wide characters and emoji, 0 for marks that combine.
    package static func width(_ text: String) -> Int { text.reduce(0) { $0 + width($1) } }

    package static func width(_ character: Character) -> Int {
        var width = 0
        for scalar in character.unicodeScalars {
            if scalar.properties.isEmojiPresentation || scalar.value == 0xFE0F { return 2 }
            width = max(width, self.width(scalar))
        }
        return width
    }

    private static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x20..<0x7F: return 1
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x17000...0x18CFF, 0x1B000...0x1B2FF,
            0x1F200...0x1F2FF, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: break
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return 1
        }
    }

    /// Without control characters and without marks that turn the writing direction of what follows; each becomes
    /// U+FFFD. Line breaks and tabs become spaces.
    package static func clean(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { isControl($0) }) else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar == "\n" || scalar == "\t" || scalar == "\r" {
                scalars.append(" ")
            } else {
                scalars.append(isControl(scalar) ? "\u{FFFD}" : scalar)
            }
        }
        return String(scalars)
    }

    /// As `clean`, but lines stay lines, and tabs tabs.
    package static func cleanLines(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where scalar != "\r" {
            let stays = scalar == "\n" || scalar == "\t" || !isControl(scalar)
            scalars.append(stays ? scalar : "\u{FFFD}")
        }
        return String(scalars)
    }

    /// A name as it is shown: clean, and never invisible.
    package static func label(_ name: String) -> String {
        name.allSatisfy(\.isWhitespace) ? (name.isEmpty ? "(no name)" : "(blank)") : clean(name)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFFF9...0xFFFB, 0xFFFE, 0xFFFF:
            true
        default: false
        }
    }

    /// At most `width` cells; what is cut is cut from the middle, since names differ at both ends.
    package static func shorten(_ text: String, to width: Int) -> String {
        let total = self.width(text)
        guard total > width else { return text }
        guard width > 1 else { return width == 1 ? "\u{2026}" : "" }
        let front = take(text, width / 2)
        var used = self.width(front) + 1
        let back = text.reversed().prefix { character in
            used += self.width(character)
            return used <= width
        }
        return front + "\u{2026}" + String(back.reversed())
    }

    /// The longest beginning of at most `width` cells.
    package static func take(_ text: String, _ width: Int) -> String {
        var used = 0
        var kept = ""
        for character in text {
            let cells = self.width(character)
            guard used + cells <= width else { break }
            used += cells
            kept.append(character)
        }
        return kept
    }

    /// Lines of at most `width` cells, broken at spaces where there are some.
    package static func wrap(_ text: String, width: Int, indent: String = "") -> [String] {
        let room = max(1, width - self.width(indent))
        var lines: [String] = []
        var line = ""
        var used = 0
        for part in text.split(separator: " ") {
            var word = String(part)
            var cells = self.width(word)
            if used > 0, used + 1 + cells <= room {
                line += " " + word
                used += 1 + cells
                continue
            }
            if used > 0 { lines.append(indent + line) }
            while cells > room {
                let head = take(word, room)
                // A single character wider than the room is dropped rather than looped over.
                guard !head.isEmpty else {
                    word = ""
                    break
                }
                lines.append(indent + head)
                word = String(word.dropFirst(head.count))
                cells = self.width(word)
            }
            line = word
            used = self.width(word)
        }
        if used > 0 { lines.append(indent + line) }
        return lines
    }
}
