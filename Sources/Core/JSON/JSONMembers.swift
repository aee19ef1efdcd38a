/// The members of the objects that a parser has not finished, the innermost last, and whether a name is among them.
///
/// A few names are compared one by one; more are hashed with the seeded hash of the standard library, so that no choice
/// of names makes a document slow.
struct JSONMembers: ~Copyable {
    /// One open object.
    struct Scope {
        fileprivate let first: Int
        /// The places of all names, once there are more than `linearLimit`.
        fileprivate var places: [Name: Int] = [:]
    }

    /// A name as its bytes: `String ==` would take canonically equivalent names for the same.
    fileprivate struct Name: Hashable {
        let text: String

        static func == (left: Name, right: Name) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    /// Up to so many members of an object are compared one by one.
    private static let linearLimit = 24

    private var members = JSONStack<JSON.Member>()
    private var fingerprints = JSONStack<UInt64>()

    func enter() -> Scope { Scope(first: members.count) }

    mutating func leave(_ scope: Scope) -> [JSON.Member] {
        fingerprints.drop(from: scope.first)
        return members.pop(from: scope.first)
    }

    @inline(__always)
    mutating func add(_ member: consuming JSON.Member, _ fingerprint: UInt64) {
        members.push(member)
        fingerprints.push(fingerprint)
    }

    mutating func replace(_ place: Int, _ member: JSON.Member) { members[place] = member }

    /// The place of the member of that name in the innermost object.
    @inline(__always)
    func find(_ name: String, _ fingerprint: UInt64, in scope: inout Scope) -> Int? {
        if members.count - scope.first > Self.linearLimit { return findHashed(name, in: &scope) }
        for place in scope.first..<members.count where fingerprints[place] == fingerprint {
            if members[place].name.utf8.elementsEqual(name.utf8) { return place }
        }
        return nil
    }

    @inline(never)
    private func findHashed(_ name: String, in scope: inout Scope) -> Int? {
        for place in scope.first + scope.places.count..<members.count {
            scope.places[Name(text: members[place].name)] = place
        }
        return scope.places[Name(text: name)]
    }

    /// Equal names have equal fingerprints; most different names have different ones.
    @inline(__always)
    static func fingerprint(_ name: UnsafeBufferPointer<UInt8>) -> UInt64 {
        guard let start = name.baseAddress, !name.isEmpty else { return 0 }
        let size = name.count
        if size >= 8 {
            let last = JSONText.word(start + (size - 8))
            return JSONText.word(start) &+ (last << 29 | last >> 35) &+ UInt64(truncatingIfNeeded: size)
        }
        if size >= 4 {
            let raw = UnsafeRawPointer(start)
            let low = raw.loadUnaligned(as: UInt32.self)
            let high = raw.loadUnaligned(fromByteOffset: size - 4, as: UInt32.self)
            return UInt64(high) << 32 | UInt64(low)
        }
        return UInt64(start[0]) | UInt64(start[size >> 1]) << 8 | UInt64(start[size - 1]) << 16
    }
}

/// A stack whose upper part can be taken off as an array of exactly that size.
struct JSONStack<Element>: ~Copyable {
    private var memory: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int = 16) {
        memory = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit {
        memory.deinitialize(count: count)
        memory.deallocate()
    }

    subscript(_ index: Int) -> Element {
        @inline(__always) get { memory[index] }
        set { memory[index] = newValue }
    }

    @inline(__always)
    mutating func push(_ element: consuming Element) {
        if count == capacity { grow() }
        (memory + count).initialize(to: consume element)
        count += 1
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: memory, count: count)
        memory.deallocate()
        memory = larger
        capacity *= 2
    }

    mutating func pop(from first: Int) -> [Element] {
        let size = count - first
        count = first
        var array: [Element] = []
        array.append(addingCapacity: size) { span in
            span.withUnsafeMutableBufferPointer { buffer, filled in
                buffer.baseAddress!.moveInitialize(from: memory + first, count: size)
                filled = size
            }
        }
        return array
    }

    mutating func drop(from first: Int) {
        (memory + first).deinitialize(count: count - first)
        count = first
    }
}
