import Core
import MLflow
import Platform

/// Where OpenTelemetry exporters, and clients of MLflow 3.4 and later, send single spans.
///
/// They are refused. A client of MLflow takes these words for a store that takes no spans: it sends each trace as a
/// whole instead, its spans as the artifact `traces.json`, and warns of what it cannot send so (spans begun in another
/// process). An exporter of OpenTelemetry reports the refusal. To take the spans and drop them would look better and
/// lose them.
struct OpenTelemetryCall {
    var endpoints: [Endpoint] {
        [
            Endpoint("POST", "/v1/traces", .may(.writeExperiments), .writes, "Refused: spans are not taken one by one.")
            {
                _ in
                throw Failure(
                    .unsupported, "REST OTLP span logging is not supported by this server",
                    hint: "Log traces with MLflow's client, which sends their spans as an artifact.")
            }
            // Refused whoever asks: clients have to be told why.
            .filtered()
        ]
    }
}
