/// The schema of an Arrow file or stream, from its FlatBuffers metadata (Schema.fbs of the Arrow format).
struct ArrowSchemaMessage {
    /// A field of the schema with the fields inside it; nested ones are walked over, never read.
    struct Node {
        var field: ArrowField
        var layout: Layout
        var children: [Node]
        /// The dictionary its indices refer to.
        var dictionaryID: Int64?
    }

    /// How many buffers stand in a record batch for one field, besides those of its children.
    enum Layout: Equatable {
        case buffers(Int)
        /// Validity and views, then as many data buffers as the batch says.
        case views
    }

    var nodes: [Node]

    init(_ table: FlatBuffer.Table) throws(FlatBuffer.Malformed) {
        // Endianness: 0 is little. Big-endian data would have to be swapped; nothing writes it.
        guard try table.integer(0, default: Int16(0)) == 0 else { throw FlatBuffer.Malformed() }
        nodes = []
        var budget = 100_000
        for field in try table.tables(1) { nodes.append(try Self.node(field, depth: 0, &budget)) }
    }

    /// `budget` bounds the fields in all: offsets of a hostile file may lead to one field along many ways.
    private static func node(
        _ table: FlatBuffer.Table, depth: Int, _ budget: inout Int
    ) throws(FlatBuffer.Malformed) -> Node {
        budget -= 1
        guard depth < 64, budget > 0 else { throw FlatBuffer.Malformed() }
        var (type, layout) = try type(table)
        var children: [Node] = []
        for child in try table.tables(5) { children.append(try node(child, depth: depth + 1, &budget)) }
        guard let encoding = try table.table(4) else {
            let field = ArrowField(name: try table.string(0) ?? "", type: type)
            return Node(field: field, layout: layout, children: children)
        }
        var indexType = ArrowType.integer(bits: 32, signed: true)
        if let index = try encoding.table(1) { indexType = try integer(index) }
        if !children.isEmpty { type = .unsupported("dictionary of nested values") }
        layout = .buffers(2)
        return Node(
            field: ArrowField(name: try table.string(0) ?? "", type: type, indexType: indexType),
            layout: layout, children: [], dictionaryID: try encoding.integer(0, default: Int64(0)))
    }

    private static func integer(_ table: FlatBuffer.Table) throws(FlatBuffer.Malformed) -> ArrowType {
        let bits = Int(try table.integer(0, default: Int32(0)))
        guard [8, 16, 32, 64].contains(bits) else { throw FlatBuffer.Malformed() }
        return .integer(bits: bits, signed: try table.flag(1))
    }

    /// The member of the union `Type`, by its number in Schema.fbs.
    private static func type(_ field: FlatBuffer.Table) throws(FlatBuffer.Malformed) -> (ArrowType, Layout) {
        guard let table = try field.table(3) else { throw FlatBuffer.Malformed() }
        switch try field.integer(2, default: UInt8(0)) {
        case 1: return (.null, .buffers(0))
        case 2: return (try integer(table), .buffers(2))
        case 3: return (try float(table), .buffers(2))
        case 4: return (.unsupported("binary"), .buffers(3))
        case 5: return (.string(wide: false), .buffers(3))
        case 6: return (.bool, .buffers(2))
        case 7: return (try decimal(table), .buffers(2))
        case 8:
            let isDays = try table.integer(0, default: Int16(1)) == 0
            return (isDays ? .instant(bits: 32, seconds: .day) : .instant(bits: 64, seconds: .millisecond), .buffers(2))
        case 9: return (try timeOfDay(table), .buffers(2))
        case 10: return (.instant(bits: 64, seconds: try rate(table, default: 0)), .buffers(2))
        case 11: return (.unsupported("interval"), .buffers(2))
        case 12: return (.unsupported("list"), .buffers(2))
        case 13: return (.unsupported("struct"), .buffers(1))
        case 14:
            // Sparse unions have type ids only, dense ones also offsets.
            return (.unsupported("union"), .buffers(try table.integer(0, default: Int16(0)) == 0 ? 1 : 2))
        case 15: return (.unsupported("fixed-size binary"), .buffers(2))
        case 16: return (.unsupported("fixed-size list"), .buffers(1))
        case 17: return (.unsupported("map"), .buffers(2))
        case 18: return (.seconds(bits: 64, seconds: try rate(table, default: 1)), .buffers(2))
        case 19: return (.unsupported("binary"), .buffers(3))
        case 20: return (.string(wide: true), .buffers(3))
        case 21: return (.unsupported("list"), .buffers(2))
        case 22: return (.unsupported("run-end encoded"), .buffers(0))
        case 23: return (.unsupported("binary"), .views)
        case 24: return (.stringView, .views)
        case 25, 26: return (.unsupported("list view"), .buffers(3))
        default: throw FlatBuffer.Malformed()
        }
    }

    private static func float(_ table: FlatBuffer.Table) throws(FlatBuffer.Malformed) -> ArrowType {
        switch try table.integer(0, default: Int16(0)) {
        case 0: .float(bits: 16)
        case 1: .float(bits: 32)
        case 2: .float(bits: 64)
        default: throw FlatBuffer.Malformed()
        }
    }

    private static func decimal(_ table: FlatBuffer.Table) throws(FlatBuffer.Malformed) -> ArrowType {
        let bits = Int(try table.integer(2, default: Int32(128)))
        guard let type = ArrowType(decimalBits: bits, scale: Int(try table.integer(1, default: Int32(0)))) else {
            throw FlatBuffer.Malformed()
        }
        return type
    }

    private static func timeOfDay(_ table: FlatBuffer.Table) throws(FlatBuffer.Malformed) -> ArrowType {
        let bits = Int(try table.integer(1, default: Int32(32)))
        guard bits == 32 || bits == 64 else { throw FlatBuffer.Malformed() }
        return .seconds(bits: bits, seconds: try rate(table, default: 1))
    }

    /// `TimeUnit`: second, millisecond, microsecond, nanosecond.
    private static func rate(
        _ table: FlatBuffer.Table, default standard: Int16
    ) throws(FlatBuffer.Malformed) -> ArrowType.Rate {
        switch try table.integer(0, default: standard) {
        case 0: .second
        case 1: .millisecond
        case 2: .microsecond
        case 3: .nanosecond
        default: throw FlatBuffer.Malformed()
        }
    }
}
