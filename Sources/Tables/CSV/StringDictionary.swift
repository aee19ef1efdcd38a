import CKernels

/// Distinct UTF-8 strings in the order of first appearance.
final class StringDictionary {
    let storage = UnsafeMutablePointer<steward_dictionary>.allocate(capacity: 1)

    init() {
        storage.initialize(to: steward_dictionary())
        steward_dictionary_init(storage)
    }

    convenience init(_ strings: [String]) {
        self.init()
        for string in strings {
            Array(string.utf8).withUnsafeBufferPointer { text in
                // An empty array has no address; the length says that nothing is read.
                var none: UInt8 = 0
                let base = text.baseAddress ?? withUnsafePointer(to: &none) { $0 }
                _ = steward_dictionary_add(storage, base, text.count, steward_hash(base, text.count), 0)
            }
        }
    }

    deinit {
        steward_dictionary_free(storage)
        storage.deallocate()
    }

    var count: Int { storage.pointee.count }

    func text(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        let entry = storage.pointee.entries[index]
        return UnsafeBufferPointer(start: storage.pointee.bytes + Int(entry.start), count: Int(entry.length))
    }

    /// The strings; they were checked to be UTF-8 when they were read.
    var strings: [String] { (0..<count).map { String(decoding: text($0), as: UTF8.self) } }

    func clear() { steward_dictionary_clear(storage) }
}
