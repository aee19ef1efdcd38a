import Core
import MLflow
import Testing

@Suite("Validation")
struct ValidateTests {
    private func message(_ check: () throws -> Void) -> String? {
        do {
            try check()
            return nil
        } catch {
            let failure = error as? Failure
            return failure?.code == .invalid ? failure?.message : "\(error)"
        }
    }

    @Test(
        "names of metrics, parameters and tags: good ones",
        arguments: ["a", "a/b.c-d_e f:1", "é", "一", "½", "-", "...a/b"])
    func entityNames(name: String) throws {
        if name.hasPrefix("..") {
            #expect(throws: Failure.self) { try Validate.metricName(name) }
        } else {
            try Validate.metricName(name)
            #expect(try Validate.parameter(name, value: "v") == "v")
            #expect(try Validate.runTag(name, value: "v") == "v")
        }
    }

    @Test(
        "names of metrics, parameters and tags: bad ones",
        arguments: [
            ("", "."), (".", "."), ("..", ".."), ("../a", "../a"), ("/a", "/a"), ("//a", "//a"), ("///a", "/a"),
            ("a/", "a"),
            ("a//b", "a/b"), ("./a", "a"), ("a/../b", "b"), ("a/..", "."), ("..a", "..a"),
        ])
    func paths(name: String, resolved: String) {
        let expected =
            "Invalid value \"\(name)\" for parameter 'name' supplied: Names may be treated as files in certain cases, "
            + "and must not resolve to other names when treated as such. This name would resolve to '\(resolved)'"
        #expect(message { try Validate.metricName(name) } == expected)
    }

    @Test("characters of names", arguments: ["a%", "a\"b", "a\u{301}", "\u{1F600}", "a\nb", "a@b"])
    func characters(name: String) {
        let text = message { _ = try Validate.parameter(name, value: "v", path: "params[3]") }
        #expect(
            text?.hasSuffix(
                " for parameter 'params[3].key' supplied: Names may only contain alphanumerics, underscores (_), "
                    + "dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).") == true)
    }

    @Test("lengths are counted in characters; long values are cut or refused")
    func lengths() throws {
        let key = String(repeating: "é", count: 250)
        try Validate.metricName(key)
        #expect(
            message { try Validate.metricName(key + "a") }
                == "'Metric name' exceeds the maximum length of 250 characters")
        #expect(
            message { _ = try Validate.parameter(key + "a", value: "") }
                == "'Param key' exceeds the maximum length of 250 characters")
        let value = String(repeating: "é", count: 6000)
        #expect(try Validate.parameter("a", value: value) == value)
        #expect(try Validate.parameter("a", value: value + "b") == value)
        #expect(
            message { _ = try Validate.parameter("a", value: value + "b", truncating: false) }
                == "'Param value' exceeds the maximum length of 6000 characters")
        #expect(try Validate.runTag("a", value: String(repeating: "x", count: 9000)).utf8.count == 8000)
        #expect(
            message { try Validate.experimentTag("a", value: String(repeating: "x", count: 20_001)) }
                == "'value' exceeds the maximum length of 20000 characters")
        #expect(
            message { try Validate.modelVersionTag("a", value: String(repeating: "x", count: 100_001)) }
                == "'value' exceeds the maximum length of 100000 characters")
        #expect(
            message {
                try Validate.modelVersionTag("mlflow.prompt.text", value: String(repeating: "x", count: 100_001))
            }
                == "Prompt text exceeds max length of 100000 characters.")
    }

    @Test("a metric's time is not negative")
    func metric() {
        #expect(message { try Validate.metric("a", value: .nan, timestamp: 0, path: "metrics[0]") } == nil)
        #expect(
            message { try Validate.metric("a", value: 0.5, timestamp: -1, path: "metrics[0]") }?
                .hasPrefix("Invalid value -1 for parameter 'metrics[0].timestamp' supplied: metric 'a' (value=0.5). ")
                == true)
    }

    @Test("batches")
    func batches() throws {
        try Validate.batch(metrics: 800, parameters: 100, tags: 100)
        #expect(
            message { try Validate.batch(metrics: 1001, parameters: 0, tags: 0) }
                == "A batch logging request can contain at most 1000 metrics. Got 1001 metrics. Please split up "
                + "metrics across multiple requests and try again.")
        for (metrics, parameters, tags) in [(0, 101, 0), (0, 0, 101), (801, 100, 100)] {
            #expect(throws: Failure.self) {
                try Validate.batch(metrics: metrics, parameters: parameters, tags: tags)
            }
        }
        // Canonically equivalent, but different keys.
        try Validate.uniqueParameterKeys(["a", "\u{E9}", "e\u{301}"])
        #expect(
            message { try Validate.uniqueParameterKeys(["a", "b", "a"]) }?
                .hasPrefix("Duplicate parameter keys have been submitted: ['a'].") == true)
    }

    @Test("identifiers and names of experiments and runs")
    func identifiers() throws {
        try Validate.runID(String(repeating: "a", count: 256))
        for identifier in ["", "-a", "_a", "a b", "é", String(repeating: "a", count: 257)] {
            #expect(
                message { try Validate.runID(identifier) }
                    == "Invalid value \"\(identifier)\" for parameter 'run_id' supplied.")
        }
        try Validate.experimentID(String(repeating: "1", count: 64))
        #expect(message { try Validate.experimentID("1/2") } == "Invalid experiment ID: '1/2'")
        #expect(throws: Failure.self) { try Validate.experimentID(String(repeating: "1", count: 65)) }
        try Validate.experimentName("a/b: %")
        #expect(message { try Validate.experimentName(" \u{A0}") } == "Invalid experiment name: ' \u{A0}'")
        #expect(
            message { try Validate.experimentName(String(repeating: "a", count: 501)) }
                == "'name' exceeds the maximum length of 500 characters")
        #expect(
            message { try Validate.artifactLocation("runs:/a") }
                == "Artifact location cannot be a runs:/ URI. Given: 'runs:/a'")
        #expect(throws: Failure.self) { try Validate.artifactLocation(String(repeating: "a", count: 2049)) }
    }

    @Test("names of models, versions, aliases and webhooks")
    func registry() throws {
        try Validate.modelName("a model.v2")
        #expect(message { try Validate.modelName(" ") } == "Missing value for required parameter 'name'.")
        #expect(
            message { try Validate.modelName("", path: "new_name") }
                == "Missing value for required parameter 'new_name'.")
        for name in ["a/b", "a:b"] {
            #expect(
                message { try Validate.modelName(name) }
                    == "Invalid model name '\(name)'. Names cannot contain '/' or ':'.")
        }
        #expect(throws: Failure.self) { try Validate.modelName("..") }
        #expect(try Validate.modelVersion("12") == 12)
        #expect(message { _ = try Validate.modelVersion("x") } == "Parameter 'version' must be an integer, got 'x'.")
        for alias in ["champion", "v1a", "v", "a-b_c", String(repeating: "a", count: 255)] { try Validate.alias(alias) }
        #expect(message { try Validate.alias("") } == "Registered model alias name cannot be empty.")
        #expect(message { try Validate.alias("Latest") } == "'latest' alias name (case insensitive) is reserved.")
        #expect(message { try Validate.alias("V12") } == "Version alias name 'V12' is reserved.")
        #expect(message { try Validate.alias("a b") }?.hasPrefix("Invalid alias name: 'a b'. Names may only") == true)
        try Validate.aliasName("latest")
        for name in ["a", "Hook-1.b_c", String(repeating: "a", count: 63)] { try Validate.webhookName(name) }
        for name in ["", "-a", "a-", "a b", "é", String(repeating: "a", count: 64)] {
            #expect(message { try Validate.webhookName(name) }?.hasPrefix("Webhook name '\(name)' is invalid.") == true)
        }
        try Validate.loggedModelName(nil)
        for name in ["", "a/b", "a.b", "a'b"] { #expect(throws: Failure.self) { try Validate.loggedModelName(name) } }
    }

    @Test("data sets")
    func datasets() throws {
        try Validate.dataset(name: "a", digest: "b", source: "{}", schema: nil, profile: nil)
        #expect(
            message {
                try Validate.dataset(
                    name: "a", digest: String(repeating: "b", count: 37), source: "{}", schema: nil, profile: nil)
            } == "'digest' exceeds the maximum length of 36 characters")
        try Validate.inputTag("mlflow.data.context", value: "train")
        #expect(throws: Failure.self) { try Validate.inputTag("a", value: String(repeating: "b", count: 501)) }
    }
}
