import Core
import Platform
import Testing

/// What the words in braces of `EndpointTable` stand for: an experiment and a model with one of everything in them.
struct Places: Sendable {
    var values: [String: String] = [:]

    /// Words that name no subject.
    static let plain: Set<String> = ["webhook"]

    /// Words in braces of a text, each as often as it is there.
    static func words(in text: String) -> [String] {
        text.split(separator: "{").dropFirst().compactMap { part in
            guard let end = part.firstIndex(of: "}") else { return nil }
            let word = String(part[..<end])
            return word.isEmpty || word.contains(where: { !($0.isLetter || $0 == "_") }) ? nil : word
        }
    }

    /// - Parameter choose: the places that a word is looked up in, by how many words have come before.
    static func fill(_ text: String, _ choose: (_ word: String, _ index: Int) -> Places) -> String {
        var result = ""
        var rest = text[...]
        var index = 0
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            rest = rest[rest.index(after: open)...]
            guard let close = rest.firstIndex(of: "}") else {
                result += "{"
                continue
            }
            let word = String(rest[..<close])
            guard let value = choose(word, index).values[word] else {
                result += "{"
                continue
            }
            index += 1
            result += value
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    /// What nothing has.
    static let missing = Places(values: [
        "experiment": "987654", "experiment_name": "secret-z-experiment", "deleted_experiment": "987655",
        "new": "secret-b-none",
        "run": "0123456789abcdef0123456789abcdef", "run_beginning": "0123456789abcdef",
        "deleted_run": "fedcba9876543210fedcba9876543210",
        "logged_model": "m-0123456789abcdef0123456789abcdef", "trace": "tr-none",
        "assessment": "a-0123456789abcdef0123456789abcdef",
        "folder": "987654/0123456789abcdef0123456789abcdef/artifacts", "upload": "aaaabbbbccccddddaaaabbbbccccdddd-1",
        "model": "secret-b-none-model",
        "place": "secret-b-none-place", "webhook": "none",
    ])
}

extension RightsServer {
    private func made(_ method: String, _ target: String, _ body: String?, as person: String) async -> JSON {
        let answer = await send(method, target, body, as: person)
        #expect(answer.isDone, "\(method) \(target): \(answer.status) \(answer.text)")
        return answer.json
    }

    /// Makes an experiment and a model with one of everything, all of it called by `name`.
    func makePlaces(_ name: String, as person: String) async -> Places {
        let api = "/api/2.0/mlflow"
        func post(_ path: String, _ body: String, version: String = "2.0") async -> JSON {
            await made("POST", "/api/\(version)/mlflow/\(path)", body, as: person)
        }
        let place = "\(name)-place"
        _ = await post(
            "experiments/create", #"{"name":"\#(name)-holder","artifact_location":"mlflow-artifacts:/\#(place)"}"#)
        let experimentName = "\(name)-experiment"
        let created = await post(
            "experiments/create", #"{"name":"\#(experimentName)","tags":[{"key":"tag","value":"\#(name)"}]}"#)
        let experiment = created["experiment_id"]?.text ?? ""
        let deleted = await post("experiments/create", #"{"name":"\#(name)-deleted"}"#)["experiment_id"]?.text ?? ""
        _ = await post("experiments/delete", #"{"experiment_id":"\#(deleted)"}"#)
        func run() async -> String {
            let tags = #"[{"key":"tag","value":"\#(name)"}]"#
            let answer = await post("runs/create", #"{"experiment_id":"\#(experiment)","tags":\#(tags)}"#)
            return answer["run"]?["info"]?["run_id"]?.text ?? ""
        }
        let (run, deletedRun) = (await run(), await run())
        _ = await post("runs/delete", #"{"run_id":"\#(deletedRun)"}"#)
        let metric = #"{"run_id":"\#(run)","key":"loss","value":0.5,"timestamp":1}"#
        _ = await post("runs/log-metric", metric)
        let dataset = #"{"name":"\#(name)-data","digest":"1","source_type":"x","source":"\#(name)"}"#
        _ = await post("runs/log-inputs", #"{"run_id":"\#(run)","datasets":[{"dataset":\#(dataset)}]}"#)
        let logged = await post(
            "logged-models",
            #"{"experiment_id":"\#(experiment)","name":"\#(name)","tags":[{"key":"tag","value":"\#(name)"}]}"#)
        let loggedModel = logged["model"]?["info"]?["model_id"]?.text ?? ""
        let trace = "tr-\(name)"
        let location = #"{"type":"MLFLOW_EXPERIMENT","mlflow_experiment":{"experiment_id":"\#(experiment)"}}"#
        let info = #"{"trace_id":"\#(trace)","trace_location":\#(location),"state":"OK","tags":{"tag":"\#(name)"}}"#
        _ = await post("traces", #"{"trace":{"trace_info":\#(info)}}"#, version: "3.0")
        let source = #"{"source_type":"HUMAN","source_id":"\#(name)"}"#
        let assessment = await post(
            "traces/\(trace)/assessments",
            #"{"assessment":{"assessment_name":"a","trace_id":"\#(trace)","source":\#(source),"#
                + #""feedback":{"value":1}}}"#,
            version: "3.0")["assessment"]?["assessment_id"]?.text
        let folder = "\(experiment)/\(run)/artifacts"
        let proxy = "/api/2.0/mlflow-artifacts"
        for file in [
            "\(folder)/file.txt", "\(folder)/model/model.txt", "\(experiment)/models/\(loggedModel)/artifacts/file.txt",
        ] {
            _ = await made("PUT", "\(proxy)/artifacts/\(file)", "\(name) content", as: person)
        }
        let upload = await made(
            "POST", "\(proxy)/mpu/create/\(folder)", #"{"path":"begun.bin","num_parts":1}"#, as: person)
        let part = upload["credentials"]?.elements?.first?["url"]?.text?.split(separator: "localhost").last.map(
            String.init)
        _ = await send("PUT", part ?? "", "part", as: nil)
        let model = "\(name)-model"
        _ = await post("registered-models/create", #"{"name":"\#(model)","tags":[{"key":"tag","value":"\#(name)"}]}"#)
        _ = await made(
            "POST", "\(api)/model-versions/create",
            #"{"name":"\#(model)","source":"runs:/\#(run)/model","run_id":"\#(run)","tags":[{"key":"tag","value":"\#(name)"}]}"#,
            as: person)
        _ = await post("registered-models/alias", #"{"name":"\#(model)","alias":"champion","version":"1"}"#)
        return Places(values: [
            "experiment": experiment, "experiment_name": experimentName, "deleted_experiment": deleted,
            "new": "\(name)-new", "run": run, "run_beginning": String(run.prefix(16)), "deleted_run": deletedRun,
            "logged_model": loggedModel, "trace": trace, "assessment": assessment ?? "", "folder": folder,
            "upload": upload["upload_id"]?.text ?? "", "model": model, "place": place,
        ])
    }

    /// - Returns: the identifier.
    func makeWebhook(as person: String) async -> String {
        let body = #"{"name":"w","url":"https://example.com/","events":["model_version.created"]}"#
        return await made("POST", "/api/v1/webhooks", body, as: person)["id"]?.text ?? ""
    }
}
