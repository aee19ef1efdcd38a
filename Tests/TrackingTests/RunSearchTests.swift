import Core
import Testing

/// The six runs that the answers of MLflow 3.18 were recorded with.
@Suite("Search for runs: MLflow's answers", .everyDatabase)
struct RunSearchTests {
    let server: TestServer

    init() async throws {
        server = try TestServer()
        let experiment = await server.experiment("s")
        for (name, start, user, log, update) in [
            (
                "A", 1000, "u",
                #""metrics":[{"key":"acc","value":0.9,"timestamp":1},{"key":"my metric","value":1,"timestamp":1}],"params":[{"key":"lr","value":"0.1"},{"key":"opt","value":"Adam"}],"tags":[{"key":"team","value":"Alpha"},{"key":"a.b","value":"x"}]"#,
                #""status":"FINISHED","end_time":2000"#
            ),
            (
                "b", 2000, "bob",
                #""metrics":[{"key":"acc","value":0.7,"timestamp":1}],"params":[{"key":"lr","value":"0.01"},{"key":"opt","value":"adam"}],"tags":[{"key":"team","value":"beta"}]"#,
                #""status":"FAILED","end_time":1500"#
            ),
            (
                "c", 3000, "u",
                #""metrics":[{"key":"acc","value":"NaN","timestamp":1}],"params":[{"key":"lr","value":"0.1"},{"key":"empty","value":""}],"tags":[{"key":"team","value":""}]"#,
                ""
            ),
            ("d", 4000, "u", "", ""),
            (
                "e", 500, "u",
                #""metrics":[{"key":"acc","value":1e10,"timestamp":1}],"params":[{"key":"lr","value":"10"}],"tags":[{"key":"team","value":"alpha"},{"key":"pct","value":"10%"}]"#,
                ""
            ),
            (
                "f", 400, "u",
                #""metrics":[{"key":"acc","value":-5,"timestamp":1}],"params":[{"key":"lr","value":"9"}]"#,
                ""
            ),
        ] {
            let created = await server.post(
                "runs/create",
                #"{"experiment_id":"\#(experiment)","run_name":"\#(name)","user_id":"\#(user)","start_time":\#(start)}"#
            )
            let run = created.json["run"]?["info"]?["run_id"]?.text ?? ""
            if !log.isEmpty { _ = await server.post("runs/log-batch", #"{"run_id":"\#(run)",\#(log)}"#) }
            if !update.isEmpty { _ = await server.post("runs/update", #"{"run_id":"\#(run)",\#(update)}"#) }
        }
    }

    private func names(_ rest: String) async -> String {
        await server.search(#"{"experiment_ids":["1"]\#(rest)}"#).names.joined()
    }

    @Test("filters")
    func filters() async {
        for (filter, expected) in [
            ("", "dcbAef"), ("metrics.acc > 0.8", "Ae"), ("metrics.acc >= 0.9", "Ae"), ("metrics.acc < 0.8", "bf"),
            ("metrics.acc <= 0.7", "bf"), ("metrics.acc = 0.90", "A"), ("metrics.acc != 0.9", "cbef"),
            ("metric.`my metric` = 1", "A"), ("metrics.acc > 1e3", "e"), ("metrics.nope > 0", ""),
            ("metrics.acc > -1", "bAe"), ("metrics.acc > 0.8 AND params.lr = '0.1'", "A"),
            ("metrics.acc > 0.1 and metrics.acc < 0.8", "b"), ("params.lr != '0.1'", "bef"),
            ("params.lr LIKE '0%'", "cbA"), ("params.opt LIKE 'A%'", "A"), ("params.opt ILIKE 'ADAM'", "bA"),
            ("params.lr IS NULL", "d"), ("params.lr IS NOT NULL", "cbAef"), ("params.empty = ''", "c"),
            ("params.nope != 'x'", ""), ("params.nope IS NULL", "dcbAef"), ("tags.team = 'Alpha'", "A"),
            ("tags.team != 'Alpha'", "cbe"), ("tags.team LIKE '%a'", "bAe"), ("tags.team LIKE 'al_ha'", "e"),
            ("tags.team ILIKE 'AL_HA'", "Ae"), ("tags.pct LIKE '10\\\\%'", ""), ("tags.pct = '10%'", "e"),
            ("tags.a.b = 'x'", "A"), ("tags.team IS NULL", "df"), ("tags.team = ''", "c"),
            ("tags.mlflow.runName = 'A'", "A"), ("attributes.status = 'FINISHED'", "A"), ("status = 'finished'", ""),
            ("status != 'FINISHED'", "dcbef"), ("status ILIKE 'f%'", "bA"), ("run_name != 'A'", "dcbef"),
            ("run_name ILIKE 'a'", "A"), ("`run name` = 'A'", "A"), ("user_id LIKE 'b%'", "b"),
            ("start_time >= 1000", "dcbA"), ("start_time > 1000.5", "dcb"), ("Created > 1000", "dcb"),
            ("end_time != 2000", "b"), ("end_time > 0", "bA"),
            ("artifact_uri LIKE 'mlflow-artifacts:/1/%'", "dcbAef"),
        ] {
            #expect(await names(#","filter":"\#(filter)""#) == expected, "\(filter)")
        }
    }

    @Test("orders, also page by page")
    func orders() async throws {
        for (order, expected) in [
            ("metrics.acc", "fbAecd"), ("metrics.acc DESC", "eAbfcd"), ("metrics.nope", "dcbAef"),
            ("params.lr", "bcAefd"), ("params.lr DESC", "fecAbd"), ("tags.team", "cAebdf"),
            ("tags.team DESC", "beAcdf"),
            ("start_time ASC", "feAbcd"), ("start_time DESC", "dcbAef"), ("run_name", "Abcdef"),
            ("attributes.run_name DESC", "fedcbA"), (#"status","run_name DESC"#, "bAfedc"), ("end_time", "bAdcef"),
            ("end_time DESC", "Abdcef"), ("user_id", "bdcAef"), (#"metrics.\"my metric\""#, "Adcbef"),
            (#"params.lr","metrics.acc DESC"#, "bAcefd"),
        ] {
            #expect(await names(#","order_by":["\#(order)"]"#) == expected, "\(order)")
            for size in [1, 2, 5] {
                var found = ""
                var token: String? = ""
                while let from = token {
                    let page = await server.search(
                        #"{"experiment_ids":["1"],"order_by":["\#(order)"],"max_results":\#(size),"page_token":"\#(from)"}"#
                    )
                    found += page.names.joined()
                    token = page.token
                }
                #expect(found == expected, "\(order) by \(size)")
            }
        }
    }

    @Test("experiments, states, limits")
    func scope() async {
        #expect(await names(#","max_results":6"#) == "dcbAef")
        #expect(await server.search(#"{"experiment_ids":["1"],"max_results":6}"#).token == nil)
        #expect(await server.search(#"{"experiment_ids":[]}"#).names == [])
        #expect(await server.search("{}").names == [])
        #expect(await server.search(#"{"experiment_ids":["9999","99999999999999999999"]}"#).names == [])
        #expect(await server.search(#"{"experiment_ids":["1","01","1"]}"#).names.count == 6)
        let run = (await server.post("runs/search", #"{"experiment_ids":["1"],"filter":"run_name = 'd'"}"#))
            .json["runs"]?.elements?.first?["info"]?["run_id"]?.text
        _ = await server.post("runs/delete", #"{"run_id":"\#(run ?? "")"}"#)
        #expect(await names(#","run_view_type":"ACTIVE_ONLY""#) == "cbAef")
        #expect(await names(#","runViewType":"ALL""#) == "dcbAef")
        #expect(await names(#","run_view_type":2"#) == "d")
        #expect(await names(#","filter":"run_id = '\#(run ?? "")'","run_view_type":"ALL""#) == "d")
        for (rest, message) in [
            (
                #""run_view_type":"NOPE""#,
                #"Invalid value "NOPE" for parameter 'run_view_type' supplied:  Hint: Value was of type 'str'."#
            ),
            (
                #""max_results":0"#,
                "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer"
            ),
            (
                #""max_results":50001"#,
                "Invalid value 50001 for parameter 'max_results' supplied:  Hint: Value was of type"
            ),
            (#""max_results":"x""#, #"Invalid value "x" for parameter 'max_results' supplied:  Hint: Value was of"#),
            (#""experiment_ids":["abc"]"#, "Invalid experiment ID 'abc'. Experiment ID must be a valid integer."),
            (#""experiment_ids":"1""#, #"Invalid value "1" for parameter 'experiment_ids' supplied:  Hint: Value was"#),
            (#""page_token":"zzz""#, "Invalid page token, could not base64-decode"),
            (#""filter":"metrics.acc LIKE 'x'""#, "Expected numeric value type for metric. Found 'x'"),
            (#""order_by":["metrics.acc","metrics.acc"]"#, "`order_by` contains duplicate fields"),
        ] {
            expectError(await server.post("runs/search", "{\(rest)}"), 400, "INVALID_PARAMETER_VALUE", message)
        }
    }

    @Test("a token is for its own query only")
    func foreignToken() async throws {
        let token = try #require(await server.search(#"{"experiment_ids":["1"],"max_results":2}"#).token)
        let same = #"{"experiment_ids":["1"],"max_results":3,"page_token":"\#(token)"}"#
        #expect(await server.search(same).names.joined() == "bAe")
        for rest in [#""filter":"metrics.acc > 0""#, #""order_by":["run_name"]"#, #""run_view_type":"ALL""#] {
            let answer = await server.post(
                "runs/search", #"{"experiment_ids":["1"],"page_token":"\#(token)",\#(rest)}"#)
            #expect(answer.status == 400)
        }
    }
}
