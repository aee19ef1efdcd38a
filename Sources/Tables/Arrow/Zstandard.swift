#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Zstandard through the system's libzstd, opened at run time: needed only for compressed Arrow files.
enum Zstandard {
    private typealias Decompress =
        @convention(c) (
            UnsafeMutableRawPointer?, Int, UnsafeRawPointer?, Int
        ) -> Int
    private typealias IsError = @convention(c) (Int) -> UInt32

    private struct Functions: Sendable {
        let decompress: Decompress
        let isError: IsError
    }

    private static let functions: Functions? = {
        for name in ["libzstd.so.1", "libzstd.so", "libzstd.1.dylib"] {
            guard let library = dlopen(name, RTLD_LAZY | RTLD_LOCAL) else { continue }
            guard let decompress = dlsym(library, "ZSTD_decompress"), let isError = dlsym(library, "ZSTD_isError")
            else { continue }
            return Functions(
                decompress: unsafeBitCast(decompress, to: Decompress.self),
                isError: unsafeBitCast(isError, to: IsError.self))
        }
        return nil
    }()

    static var isAvailable: Bool { functions != nil }

    /// Fills `output` exactly. Answers what is wrong, or nil.
    static func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> String? {
        guard let functions else { return "libzstd is not installed" }
        let count = functions.decompress(output.baseAddress, output.count, input.baseAddress, input.count)
        if functions.isError(count) != 0 { return "the Zstandard data is damaged" }
        return count == output.count ? nil : "the Zstandard data is shorter than announced"
    }
}
