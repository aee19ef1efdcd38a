import Core

/// The header of an `.npy` array (NumPy enhancement proposal 1; format versions 1.0, 2.0 and 3.0) and the columns that
/// the array is read as.
struct NumpyHeader {
    /// One column: where its first element is, counted from the start of the data, and how far the next one is.
    struct Column {
        var name: String
        var type: NumpyType
        var start: Int
        var stride: Int
    }

    /// What a column is within the array; the caller names it.
    enum Part {
        case vector
        /// A column of a matrix, counted from 0.
        case column(Int)
        /// A field of a record.
        case field(String)
    }

    let columns: [Column]
    let rows: Int
    /// Bytes of magic, version, length and text.
    let headerBytes: Int
    /// Bytes of the elements.
    let dataBytes: Int
    /// Whether the elements of a row are neighbours (C order, records), or those of a column (Fortran order).
    let isByRow: Bool

    /// The most bytes a header may have; NumPy's own writer stays far below.
    static let maximumBytes = 1 << 20

    /// What is wrong with a header, and what to do.
    struct Problem: Error {
        var code: Failure.Code = .invalid
        var what: String
        var hint: String
    }

    private static func damaged(_ what: String) -> Problem {
        Problem(what: what, hint: "The file may be cut off or not be from NumPy; write it again with numpy.save.")
    }

    /// - Parameters:
    ///   - head: the first bytes of the array, `maximumBytes + 12` of them or all there are.
    ///   - availableBytes: how many bytes the file or member has.
    ///   - name: names the columns.
    init(
        _ head: [UInt8], availableBytes: Int, maximumColumns: Int, name: (Part) -> String
    ) throws(Problem) {
        let (text, headerBytes) = try Self.text(head)
        self.headerBytes = headerBytes
        let members: [(String, PythonLiteral)]
        do throws(PythonLiteral.Problem) {
            guard case .dictionary(let parsed) = try PythonLiteral.parse(text) else {
                throw PythonLiteral.Problem(position: 0)
            }
            members = parsed
        } catch {
            throw Self.damaged("its header cannot be understood at byte \(headerBytes - text.count + error.position)")
        }
        guard members.map(\.0).sorted() == ["descr", "fortran_order", "shape"],
            let description = members.first(where: { $0.0 == "descr" })?.1,
            case .boolean(let isFortran) = members.first(where: { $0.0 == "fortran_order" })?.1,
            case .sequence(let dimensions) = members.first(where: { $0.0 == "shape" })?.1
        else { throw Self.damaged("its header must have exactly descr, fortran_order and shape") }
        var shape: [Int] = []
        for dimension in dimensions {
            guard case .integer(let size) = dimension else { throw Self.damaged("its shape is not made of numbers") }
            shape.append(size)
        }
        guard shape.count <= 2 else {
            throw Problem(
                code: .unsupported, what: "it has \(shape.count) dimensions; one or two can be read as columns",
                hint: "Reshape it to (rows, columns) first.")
        }
        rows = shape.first ?? 1
        let width = shape.count == 2 ? shape[1] : nil
        let (fields, itemBytes) = try Self.fields(description)
        guard (width ?? 1) <= maximumColumns, fields.count <= maximumColumns else {
            throw Problem(
                code: .exhausted, what: "it has more than \(maximumColumns) columns",
                hint: "Is the matrix transposed? Rows are observations, columns are features.")
        }
        dataBytes = try Self.dataBytes(rows, width ?? 1, itemBytes, availableBytes: availableBytes - headerBytes)
        isByRow = !(isFortran && width != nil)
        columns = try Self.columns(fields, rows: rows, width: width, itemBytes: itemBytes, isByRow: isByRow, name)
    }

    /// The text of the header and how many bytes it takes with what stands before it.
    private static func text(_ head: [UInt8]) throws(Problem) -> ([UInt8], Int) {
        guard head.count >= 10, head.starts(with: [0x93] + Array("NUMPY".utf8)) else {
            throw damaged("it does not begin as an .npy file")
        }
        guard (1...3).contains(head[6]), head[7] == 0 else {
            throw Problem(
                code: .unsupported, what: "it has format version \(head[6]).\(head[7]); 1.0, 2.0 and 3.0 are known",
                hint: "Write it with a current numpy.save.")
        }
        var start = 10
        var length = Int(head[8]) | Int(head[9]) << 8
        if head[6] > 1 {
            guard head.count >= 12 else { throw damaged("its header is cut off") }
            length |= Int(head[10]) << 16 | Int(head[11]) << 24
            start = 12
        }
        guard length <= maximumBytes else { throw damaged("its header has \(length) bytes") }
        guard start + length <= head.count else { throw damaged("its header is cut off") }
        return (Array(head[start..<start + length]), start + length)
    }

    private struct Field {
        var name: String?
        var type: NumpyType
        var offset: Int
    }

    /// The element as one value or, for records, as the fields of a record; and the bytes of one element.
    private static func fields(_ description: PythonLiteral) throws(Problem) -> ([Field], Int) {
        switch description {
        case .string(let text):
            let type = try type(text, field: nil)
            return ([Field(name: nil, type: type, offset: 0)], type.width)
        case .sequence(let elements):
            var fields: [Field] = []
            var offset = 0
            for element in elements {
                guard case .sequence(let parts) = element, parts.count == 2, case .string(let text) = parts[1],
                    let name = fieldName(parts[0])
                else {
                    throw Problem(
                        code: .unsupported, what: "its records have nested fields or fields that are arrays",
                        hint: "Flatten the records into fields of single values.")
                }
                // NumPy writes padding as fields without a name.
                if name.isEmpty, text.hasPrefix("|V"), let padding = Int(text.dropFirst(2)), padding <= 1 << 24 {
                    offset += padding
                    continue
                }
                let type = try type(text, field: name)
                fields.append(Field(name: name, type: type, offset: offset))
                offset += type.width
            }
            guard !fields.isEmpty else { throw damaged("its records have no fields") }
            return (fields, offset)
        default: throw damaged("its element type cannot be understood")
        }
    }

    /// A field is called by its name, or by a pair of title and name.
    private static func fieldName(_ literal: PythonLiteral) -> String? {
        switch literal {
        case .string(let name): return name
        case .sequence(let pair):
            guard pair.count == 2, case .string(let name) = pair[1] else { return nil }
            return name
        default: return nil
        }
    }

    private static func type(_ text: String, field: String?) throws(Problem) -> NumpyType {
        do { return try NumpyType(text) } catch {
            let place = field.map { "field \"\($0)\"" } ?? "it"
            throw Problem(
                code: .unsupported, what: "\(place) holds \(error.what)",
                hint: "Convert it first, for example with x.astype(float) or x.astype(str).")
        }
    }

    /// Bytes of all elements, checked against what is there before anything is allocated.
    private static func dataBytes(
        _ rows: Int, _ width: Int, _ itemBytes: Int, availableBytes: Int
    ) throws(Problem) -> Int {
        let (rowBytes, overflow) = width.multipliedReportingOverflow(by: itemBytes)
        let (dataBytes, tooMany) = rows.multipliedReportingOverflow(by: rowBytes)
        guard !overflow, !tooMany, dataBytes <= availableBytes else {
            throw damaged("its shape needs more bytes than the \(availableBytes) there are")
        }
        // Elements without bytes (zero columns, strings of length 0) put no bound on their number.
        guard rowBytes > 0 || rows <= 1 << 24 else { throw damaged("it has \(rows) rows without content") }
        return dataBytes
    }

    private static func columns(
        _ fields: [Field], rows: Int, width: Int?, itemBytes: Int, isByRow: Bool, _ name: (Part) -> String
    ) throws(Problem) -> [Column] {
        if fields.count > 1 || fields[0].name != nil {
            // A record array; a matrix of records has no columns with names.
            guard width == nil || width == 1 else {
                throw Problem(
                    code: .unsupported, what: "it is a matrix of records", hint: "Flatten it to one dimension first.")
            }
            return fields.map { field in
                Column(name: name(.field(field.name ?? "")), type: field.type, start: field.offset, stride: itemBytes)
            }
        }
        let type = fields[0].type
        guard let width else { return [Column(name: name(.vector), type: type, start: 0, stride: type.width)] }
        return (0..<width).map { index in
            isByRow
                ? Column(name: name(.column(index)), type: type, start: index * type.width, stride: width * type.width)
                : Column(name: name(.column(index)), type: type, start: index * rows * type.width, stride: type.width)
        }
    }
}
