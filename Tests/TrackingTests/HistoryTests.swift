import Core
import Testing
import Tracking

@Suite("The history of metrics", .everyDatabase)
struct HistoryTests {
    let server: TestServer

    init() throws { server = try TestServer() }

    private func log(_ run: String, _ key: String, _ points: [(value: String, time: Int, step: Int)]) async {
        let metrics = points.map {
            #"{"key":"\#(key)","value":"\#($0.value)","timestamp":\#($0.time),"step":\#($0.step)}"#
        }
        let body = #"{"run_id":"\#(run)","metrics":[\#(metrics.joined(separator: ","))]}"#
        let answer = await server.post("runs/log-batch", body)
        #expect(answer.status == 200, "\(answer.message ?? "")")
    }

    private func values(_ answer: TestServer.Answer) -> [String] {
        (answer.json["metrics"]?.elements ?? []).map { $0["value"]?.text ?? "\($0["value"]?.double ?? -1)" }
    }

    @Test("points come by time, step, value; exact duplicates are one; the latest is the one of the last step")
    func order() async throws {
        let run = await server.run()
        await log(
            run, "m",
            [
                ("1", 10, 2), ("5", 30, 1), ("NaN", 20, 2), ("7", 20, 0), ("3", 20, 2), ("Infinity", 20, 2),
                ("3", 20, 2),
                ("-2", 20, 2),
            ])
        await log(run, "m", [("3", 20, 2), ("NaN", 20, 2)])
        let history = await server.get("metrics/get-history?run_id=\(run)&metric_key=m")
        #expect(values(history) == ["1.0", "7.0", "-2.0", "NaN", "3.0", "1.7976931348623157e+308", "5.0"])
        let latest = await server.get("runs/get?run_id=\(run)").data.json["metrics"]?.elements?.first
        #expect(latest?["value"]?.double == Double.greatestFiniteMagnitude && latest?["step"]?.int == 2)
    }

    @Test("pages of any size put together are the whole, also while points are added behind them")
    func pages() async throws {
        let run = await server.run()
        var random = SplitMix(seed: 5)
        var points: [(value: String, time: Int, step: Int)] = []
        for _ in 0..<200 {
            let value = random.next() % 5 == 0 ? "NaN" : "\(Int(random.next() % 7) - 3)"
            points.append((value, Int(random.next() % 4), Int(random.next() % 4)))
        }
        await log(run, "m", points)
        var whole = values(await server.get("metrics/get-history?run_id=\(run)&metric_key=m"))
        for size in [1, 7, 100, whole.count, whole.count + 1] {
            var found: [String] = []
            var token: String? = ""
            while let from = token {
                let query = "run_id=\(run)&metric_key=m&max_results=\(size)&page_token=\(encoded(from))"
                let page = await server.get("metrics/get-history?" + query)
                #expect(values(page).count <= size)
                found += values(page)
                token = page.json["next_page_token"]?.text
                // Before everything else, so it must not move the pages that follow.
                if size == 7 { await log(run, "m", [("\(found.count)", 0, -1)]) }
            }
            #expect(found == whole, "pages of \(size)")
            // Those added behind the pages are in the next round's whole.
            if size == 7 { whole = values(await server.get("metrics/get-history?run_id=\(run)&metric_key=m")) }
        }
    }

    private func encoded(_ token: String) -> String {
        token.replacing("+", with: "%2B").replacing("=", with: "%3D").replacing("/", with: "%2F")
    }

    @Test("a long history comes in one answer, sent in pieces")
    func long() async throws {
        let run = await server.run()
        for batch in 0..<51 {
            await log(run, "m", (0..<1000).map { ("\($0)", batch, batch * 1000 + $0) })
        }
        let points = await server.get("metrics/get-history?run_id=\(run)&metric_key=m").json["metrics"]?.elements
        #expect(points?.count == 51_000)
        #expect(points?.enumerated().allSatisfy { $0.element["step"]?.int == $0.offset } == true)
        let page = await server.get("metrics/get-history?run_id=\(run)&metric_key=m&max_results=25001")
        #expect(page.json["metrics"]?.elements?.count == 25_000 && page.json["next_page_token"] != nil)
    }

    @Test("what is not there has an empty history; what is asked wrongly is refused")
    func edges() async throws {
        let run = await server.run()
        await log(run, "m", [("1", 1, 1)])
        try expectJSON(await server.get("metrics/get-history?run_id=\(run)&metric_key=nope"), "{}")
        try expectJSON(await server.get("metrics/get-history?run_id=00&metric_key=m"), "{}")
        for count in ["0", "-1"] {
            expectError(
                await server.get("metrics/get-history?run_id=\(run)&metric_key=m&max_results=\(count)"), 400,
                "INVALID_PARAMETER_VALUE",
                "Invalid value \(count) for parameter 'max_results' supplied. It must be a positive integer.")
        }
        expectError(
            await server.get("metrics/get-history?run_id=\(run)&metric_key=m&page_token=zzz"), 400,
            "INVALID_PARAMETER_VALUE", "Invalid page token, could not base64-decode")
        expectError(
            await server.get("metrics/get-history?metric_key=m"), 400, "INVALID_PARAMETER_VALUE",
            "Missing value for required parameter 'run_id'. §")
    }

    @Test("several runs at once: all points, or a sample of each")
    func bulk() async throws {
        let (run, other) = (await server.run(), await server.run())
        await log(run, "m", (0..<12).map { ("\($0)", $0, $0) })
        await log(other, "m", [("50", 1, 1)])
        let path = "/ajax-api/2.0/mlflow/metrics/get-history-bulk"
        let all = await server.send("GET", "\(path)?run_id=\(run)&run_id=\(other)&run_id=00&metric_key=m", nil)
        #expect(all.json["metrics"]?.elements?.count == 13)
        let ids = (all.json["metrics"]?.elements ?? []).compactMap { $0["run_id"]?.text }
        #expect(ids == ids.sorted() && Set(ids) == [run, other])
        let some = await server.send("GET", "\(path)?run_id=\(run)&run_id=\(other)&metric_key=m&max_results=8", nil)
        #expect(some.json["metrics"]?.elements?.count == 8)
        try expectJSON(
            await server.send("GET", "\(path)?run_id=\(run)&metric_key=nope", nil), #"{"metrics":[]}"#)
        #expect(await server.send("GET", "/api" + path.dropFirst(9) + "?run_id=\(run)&metric_key=m", nil).status == 404)
        let interval = "metrics/get-history-bulk-interval"
        for (query, expected) in [
            ("max_results=4", ["0", "3", "6", "11"]), ("max_results=5", ["0", "3", "6", "8", "11"]),
            ("start_step=3&end_step=8&max_results=3", ["3", "5", "8"]), ("max_results=1", ["11"]),
            ("start_step=-5&end_step=1", ["0", "1"]),
        ] {
            let answer = await server.get("\(interval)?run_ids=\(run)&metric_key=m&\(query)")
            #expect(values(answer) == expected.map { $0 + ".0" }, "\(query)")
        }
        let both = await server.get("\(interval)?run_ids=\(run)&run_ids=\(other)&metric_key=m&max_results=2")
        #expect(values(both) == ["0.0", "11.0", "50.0"])
        for (query, message) in [
            ("start_step=3", "If either start step or end step are specified, both must be specified."),
            ("start_step=8&end_step=3", "end_step must be greater than start_step. Found start_step=8 and end_step=3."),
            ("max_results=2501", "max_results must be between 1 and 2500. §"),
        ] {
            expectError(
                await server.get("\(interval)?run_ids=\(run)&metric_key=m&\(query)"), 400, "INVALID_PARAMETER_VALUE",
                message)
        }
    }

    @Test("the latest point is the largest by step, time and value, whatever the order of logging")
    func latest() async throws {
        var random = SplitMix(seed: 11)
        for round in 0..<20 {
            let run = await server.run(name: "r\(round)")
            var best: MetricPoint?
            for _ in 0..<3 {
                var points: [(value: String, time: Int, step: Int)] = []
                for _ in 0..<4 {
                    let isNaN = random.next() % 4 == 0
                    let number = Int(random.next() % 5) - 2
                    let (time, step) = (Int(random.next() % 2), Int(random.next() % 2) - 1)
                    points.append((isNaN ? "NaN" : "\(number)", time, step))
                    let point = (step: step, time: time, value: isNaN ? 0 : number)
                    let old = best.map {
                        (step: Int($0.step), time: Int($0.time), value: Int($0.value.isNaN ? 0 : $0.value))
                    }
                    if old == nil || old! < point {
                        best = MetricPoint(value: isNaN ? .nan : Double(number), time: Int64(time), step: Int64(step))
                    }
                }
                await log(run, "m", points)
            }
            let stored = await server.get("runs/get?run_id=\(run)").data.json["metrics"]?.elements?.first
            #expect(stored?["step"]?.int == best.map { Int($0.step) })
            #expect(stored?["timestamp"]?.int == best.map { Int($0.time) })
            #expect(stored?["value"]?.double == best?.value || (stored?["value"]?.text == "NaN" && best!.value.isNaN))
        }
    }
}

@Suite("Thinned histories", .everyDatabase)
struct ThinnedHistoryTests {
    @Test("the database shows the points that the definition picks", arguments: [1, 2, 3, 7, 50, 99, 100, 101])
    func sample(_ limit: Int) async throws {
        let server = try TestServer()
        let run = await server.run()
        var random = SplitMix(seed: UInt64(limit))
        // Steps repeat, and come in any order.
        let points = (0..<100).map { index in
            let value = index % 9 == 0 ? #""NaN""# : "\(Int(random.next() % 7))"
            return #"{"key":"m","value":\#(value),"timestamp":\#(index),"step":\#(Int(random.next() % 40))}"#
        }
        let logged = await server.post(
            "runs/log-batch", #"{"run_id":"\#(run)","metrics":[\#(points.joined(separator: ","))]}"#)
        #expect(logged.status == 200)
        func times(_ rest: String) async -> [Int] {
            let answer = await server.get(
                "metrics/get-history-bulk-interval?run_ids=\(run)&metric_key=m&\(rest)")
            return (answer.json["metrics"]?.elements ?? []).compactMap { $0["timestamp"]?.int }
        }
        let all = await times("max_results=2500")
        #expect(all.count == 100)
        let sample = HistorySample(count: 100, limit: limit)
        #expect(
            await times("max_results=\(limit)") == (0..<100).filter { sample?.contains($0) ?? true }.map { all[$0] })
        let some = await times("max_results=2500&start_step=10&end_step=29")
        let thinned = HistorySample(count: some.count, limit: limit)
        #expect(
            await times("max_results=\(limit)&start_step=10&end_step=29")
                == some.indices.filter { thinned?.contains($0) ?? true }.map { some[$0] })
    }
}

@Suite("Samples of a history")
struct HistorySampleTests {
    @Test("as many as asked for, ascending, with the first and the last", arguments: [1, 2, 3, 10, 99, 100, 101])
    func positions(_ limit: Int) {
        for count in 0...120 {
            let sample = HistorySample(count: count, limit: limit)
            let positions = (0..<count).filter { sample?.contains($0) ?? true }
            #expect(positions.count == min(count, limit))
            #expect(positions.last == (count == 0 ? nil : count - 1))
            if limit > 1 { #expect(positions.first == (count == 0 ? nil : 0)) }
        }
    }
}

/// Random numbers that a seed repeats (Steele, Lea, Flood 2014).
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
