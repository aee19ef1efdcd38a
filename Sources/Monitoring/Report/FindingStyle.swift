import Platform

extension Finding {
    var style: TerminalStyle {
        switch self {
        case .drifted, .failed: .bad
        case .schemaChange, .smallShift: .warning
        case .undecided: .unknown
        case .stable: .good
        case .notComparable: .faint
        }
    }
}
