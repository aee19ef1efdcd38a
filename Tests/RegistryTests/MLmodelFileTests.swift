import Registry
import Testing

@Suite("MLmodel files")
struct MLmodelFileTests {
    @Test("flavors, signature, size and version are read")
    func sample() {
        let file = MLmodelFile(SampleModel.mlmodel)
        #expect(
            file.flavors == [
                .init(name: "python_function", version: "3.11.2"), .init(name: "sklearn", version: "1.7.0"),
            ])
        #expect(
            file.inputs == [
                .init(name: "amount", type: "double", isRequired: true),
                .init(name: "it's", type: "long", isRequired: false),
            ])
        #expect(file.outputs == [.init(name: "", type: "int64 (-1)", isRequired: true)])
        #expect(file.mlflowVersion == "3.18.0")
        #expect(file.size == 1_203_456)
    }

    @Test("what is no such file says nothing, and takes no time")
    func others() {
        #expect(MLmodelFile("").flavors.isEmpty)
        #expect(MLmodelFile("\u{0}\u{1}garbage: : :\n  - x\n''''").inputs.isEmpty)
        #expect(MLmodelFile("signature:\n  inputs: '[{\"type\": ").inputs.isEmpty)
        #expect(MLmodelFile("signature:\n  inputs: 'not json'").inputs.isEmpty)
        let many = "flavors:\n" + (0..<100_000).map { "  f\($0): null\n" }.joined()
        #expect(MLmodelFile(many).flavors.count < 25_000)
        let bomb = "a: &a [x]\nb: &b [*a,*a]\nflavors: *b\n"
        #expect(MLmodelFile(bomb).flavors.isEmpty)
    }
}
