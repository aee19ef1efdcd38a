import Access
import Testing

@Suite("Access")
struct AccessTests {
    @Test("names of tables and events begin with the domain's")
    func name() { #expect(Access.name == "access") }
}
