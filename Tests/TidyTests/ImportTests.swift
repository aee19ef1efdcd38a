import Testing

/// Who may use whom (ARCHITECTURE.md): a target and the modules it may import.
private let allowedModules: [String: Set<String>] = {
    let system: Set<String> = ["Glibc", "Musl", "Darwin"]
    // Foundation is kept out of Core and Statistics: they are values and arithmetic.
    let files = system.union(["Foundation", "FoundationEssentials", "Dispatch", "Synchronization"])
    return [
        "Core": system,
        "Statistics": system.union(["Core", "CKernels", "Synchronization", "Dispatch"]),
        "Tables": files.union(["Core", "CKernels", "CArrow", "CZlib"]),
        "Platform": files.union([
            "Core", "CAssets", "CPostgres", "CSyscalls", "ArgumentParser", "AsyncHTTPClient", "Crypto", "GRDB",
            "GRDBSQLite",
            "Logging", "NIOCore", "NIOPosix", "NIOHTTP1", "NIOSSL", "Yams",
        ]),
        "Monitoring": files.union(["Core", "Platform", "Statistics", "Tables", "ArgumentParser"]),
        "MLflow": files.union(["Core", "Platform", "ArgumentParser"]),
        "Access": files.union([
            "Core", "Platform", "MLflow", "ArgumentParser", "Crypto", "CryptoExtras", "JWTKit",
        ]),
        "Migration": files.union(["Core", "Platform", "MLflow", "ArgumentParser"]),
        "Registry": files.union(["Core", "Platform", "MLflow", "ArgumentParser"]),
        "Tracking": files.union(["Core", "Platform", "MLflow", "ArgumentParser"]),
        "steward": files.union([
            "Access", "Core", "Platform", "Tables", "MLflow", "Migration", "Monitoring", "Registry", "Tracking",
            "ArgumentParser",
            "Logging",
        ]),
    ]
}()

/// Third-party modules, and the folders that may know them. `CLI` is the folder of that name of any target.
private let thirdParty: [String: [String]] = [
    "ArgumentParser": ["Sources/steward/", "Sources/Platform/CLI/", "CLI"],
    "Yams": ["Sources/Platform/Configuration/"],
    "AsyncHTTPClient": ["Sources/Platform/Notify/", "Sources/Platform/CLI/"],
    "Crypto": ["Sources/Platform/", "Sources/Access/"],
    "CryptoExtras": ["Sources/Access/"],
    "JWTKit": ["Sources/Access/SignOn/"],
    "CAssets": ["Sources/Platform/Pages/"],
    "CPostgres": ["Sources/Platform/Database/PostgreSQL/"],
    "CSyscalls": ["Sources/Platform/Artifacts/", "Sources/Platform/Files/"],
    "GRDB": ["Sources/Platform/Database/SQLite/"],
    "GRDBSQLite": ["Sources/Platform/Database/SQLite/"],
    "Logging": ["Sources/Platform/", "Sources/steward/"],
    "NIOCore": ["Sources/Platform/HTTP/", "Sources/Platform/Notify/", "Sources/Platform/CLI/"],
    "NIOHTTP1": ["Sources/Platform/HTTP/", "Sources/Platform/Notify/", "Sources/Platform/CLI/"],
    "NIOPosix": ["Sources/Platform/HTTP/", "Sources/Platform/Notify/", "Sources/Platform/CLI/"],
    "NIOSSL": ["Sources/Platform/HTTP/"],
]

@Suite("Imports")
struct ImportTests {
    @Test("there are sources to check")
    func notEmpty() {
        #expect(SourceTree.swift.count > 10)
        #expect(Set(SourceTree.swift.map(\.target)).isSuperset(of: ["Core", "Statistics", "Tables", "steward"]))
    }

    @Test("a target imports only what the dependency rule allows; no domain imports a domain")
    func dependencyRule() {
        var findings: [Finding] = []
        for source in SourceTree.swift {
            guard let allowed = allowedModules[source.target] else {
                findings.append(source.finding(1, "target \(source.target) has no import rule; add it to ImportTests"))
                continue
            }
            for (module, line) in source.imports where !allowed.contains(module) {
                findings.append(source.finding(line, "\(source.target) must not import \(module)"))
            }
        }
        expectNone(findings)
    }

    @Test("a third-party module is imported only in its own corner")
    func thirdPartyModules() {
        var findings: [Finding] = []
        for source in SourceTree.swift {
            for (module, line) in source.imports {
                guard let corners = thirdParty[module], !isAllowed(source, corners) else { continue }
                findings.append(source.finding(line, "\(module) belongs to \(corners.joined(separator: ", "))"))
            }
        }
        expectNone(findings)
    }

    /// The front door of a domain (`Sources/Monitoring/Monitoring.swift`) names its commands' type.
    private func isAllowed(_ source: SwiftSource, _ corners: [String]) -> Bool {
        if source.path == "Sources/\(source.target)/\(source.target).swift" { return true }
        return corners.contains { $0 == "CLI" ? source.file.folders.contains("CLI") : source.path.hasPrefix($0) }
    }

    @Test("the Platform names no domain")
    func platformNamesNoDomain() {
        let domains = [
            "Tracking", "Registry", "Governance", "Monitoring", "Validation", "Versioning", "Features", "Pipelines",
            "Serving",
        ]
        var findings: [Finding] = []
        for source in SourceTree.swift where source.target == "Platform" {
            for domain in domains {
                findings += source.lines(withWord: domain).map { source.finding($0, "Platform names \(domain)") }
            }
        }
        expectNone(findings)
    }

    @Test("the root stays composition: under 400 lines")
    func rootIsSmall() {
        let lines = SourceTree.swift.filter { $0.target == "steward" }.reduce(0) { $0 + $1.file.lines.count }
        #expect(lines > 0 && lines < 400, "Sources/steward has \(lines) lines")
    }

    @Test("package access between targets, nothing public")
    func nothingPublic() {
        var findings: [Finding] = []
        for source in SourceTree.allSwift {
            for word in ["public", "open"] {
                for line in source.lines(withWord: word) where declares(source.code[line - 1], word) {
                    findings.append(source.finding(line, "\(word): use package or internal access"))
                }
            }
        }
        expectNone(findings)
    }

    /// `open` and `public` are also ordinary names (`open(path, O_RDONLY)`): only a following declaration word counts.
    private func declares(_ code: String, _ access: String) -> Bool {
        let words = code.split(whereSeparator: { !($0.isLetter || $0 == "(" || $0 == ".") })
        guard let index = words.firstIndex(of: Substring(access)), index + 1 < words.count else { return false }
        return [
            "func", "var", "let", "struct", "class", "enum", "init", "extension", "import", "protocol", "actor",
            "typealias", "static", "final", "subscript", "override", "mutating", "private(set",
        ].contains(String(words[index + 1]))
    }
}
