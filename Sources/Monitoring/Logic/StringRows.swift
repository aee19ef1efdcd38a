import Core

extension StringColumn {
    /// The length of every value in Unicode scalars; missing values are left out.
    var lengths: [Double] {
        let lengths = dictionary.map { Double($0.unicodeScalars.count) }
        return indices.compactMap { $0 < 0 ? nil : lengths[Int($0)] }
    }

    var missingCount: Int {
        indices.withUnsafeBufferPointer { indices in
            var missing = 0
            for index in indices where index < 0 { missing &+= 1 }
            return missing
        }
    }
}
