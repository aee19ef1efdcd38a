import Core
import MLflow

/// Lists of `{"key", "value"}`, as MLflow's protocol writes tags and parameters.
enum PairWire {
    static func json(_ pairs: [KeyValue]) -> JSON {
        .array(pairs.map { .record(["key": .string($0.key), "value": .string($0.value)]) })
    }

    /// What is absent is empty.
    static func pairs(_ messages: [ProtoMessage]) throws(Failure) -> [KeyValue] {
        var pairs: [KeyValue] = []
        for message in messages {
            pairs.append(KeyValue(try message.text("key") ?? "", try message.text("value") ?? ""))
        }
        return pairs
    }
}
