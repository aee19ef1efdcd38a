import Access
import Core
import Testing

@Suite("The sign-on file")
struct SignOnFileTests {
    private static let job = """
        jobs:
          - name: ci
            issuer: https://issuer.example
            audience: steward
            rules:
              - claims: {repository: acme/fraud}
                role: editor
        """

    @Test("what is complete is taken")
    func complete() {
        #expect(throws: Never.self) { try SignOnScene.settings(Self.job) }
        #expect(throws: Never.self) {
            try SignOnScene.settings(
                "login: {issuer: https://issuer.example, client_id: steward, default_role: viewer}")
        }
    }

    @Test(
        "what is wrong is named",
        arguments: [
            ("role: editor", "role: owner", "owner"), ("claims: {repository: acme/fraud}", "claims: {}", "claims"),
            ("claims: {repository: acme/fraud}", "claims: {repository: '*'}", "everybody"),
            ("claims: {repository: acme/fraud}", "claim: {repository: x}", "claim"),
            ("name: ci", "name: 'a:b'", "name"), ("audience: steward", "audience: []", "audience"),
            ("audience: steward\n", "\n", "audience"), ("https://issuer.example", "issuer.example", "https"),
            ("https://issuer.example", "http://issuer.example", "scheme"),
            ("https://issuer.example", "https://10.0.0.1", "10.0.0.1"),
            ("role: editor", "grants: [{model: x, level: administer}]", "level"),
            ("role: editor", "grants: [{model: x, experiment: y, level: read}]", "one of"),
            ("role: editor", "grants: [{experiment_id: x, level: read}]", "number"),
            ("        role: editor", "        {}", "YAML"), ("jobs:", "job:", "jobs"),
        ])
    func wrong(_ text: String, _ replacement: String, _ word: String) throws {
        let changed = Self.job.replacing(text, with: replacement)
        try #require(changed != Self.job)
        let failure = #expect(throws: Failure.self) { try SignOnScene.settings(changed) }
        #expect(failure.map { "\($0.message) \($0.hint ?? "")".contains(word) } ?? false, "\(failure?.message ?? "")")
    }
}
