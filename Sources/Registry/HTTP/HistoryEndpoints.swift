import Core
import Platform

/// What happened to models and versions, who did it, when and why: read from the event log.
struct HistoryEndpoints: Sendable {
    let registry: Registry

    var endpoints: [Endpoint] { all.map { $0.aboutModel() } }

    private var all: [Endpoint] {
        [
            .native(
                "GET", "models/{name}/history", .may(.modelRead), .reads,
                "All changes of a model and its versions, the newest first; also of a deleted model.",
                query: Self.query, response: Self.answer, modelHistory),
            .native(
                "GET", "models/{name}/versions/{version}/history", .may(.modelRead), .reads,
                "All changes of a version, the newest first; also of a deleted one.", query: Self.query,
                response: Self.answer, versionHistory),
            .native(
                "GET", "models/{name}/stages", .may(.modelRead), .reads,
                "Which version was in which stage: at a moment, or all periods.",
                query: [Self.former, Endpoint.Field("at", .text, "RFC 3339: 2026-11-23T09:05:03Z.")],
                response: [
                    Self.model, Endpoint.Field("at", .text), Endpoint.Field("periods", .list(.any), required: true),
                ], stages),
        ]
    }

    private static let former = Endpoint.Field(
        "id", .integer, "An earlier model of that name, deleted or renamed since.")
    private static let model = Endpoint.Field("model", .any, "Whose history it is.", required: true)
    private static let query = [
        Endpoint.Field("limit", .integer, "Changes of a page, 1 to 1000."),
        Endpoint.Field("before", .integer, "Only changes before this sequence number."), former,
    ]
    private static let answer = [
        model, Endpoint.Field("events", .list(.any), required: true),
        Endpoint.Field("next_before", .integer, "Null on the last page.", required: true),
    ]

    @Sendable private func modelHistory(_ request: Request) async throws -> Response {
        let target = try HistoryTarget(request)
        return try await history(request, target) { query, model in
            query.subjectTree = EventSubject.model(model)
        }
    }

    @Sendable private func versionHistory(_ request: Request) async throws -> Response {
        let target = try HistoryTarget(request)
        let number = try Naming.version(request.parameter("version"))
        // A version ends with its model, too.
        return try await history(request, target, includesEnd: true) { query, model in
            query.subject = EventSubject.version(model, number)
        }
    }

    private func history(
        _ request: Request, _ target: HistoryTarget, includesEnd: Bool = false,
        _ narrow: @escaping @Sendable (inout EventQuery, Int64) -> Void
    ) async throws -> Response {
        let limit = try request.number("limit", in: 1...1000) ?? 100
        let before = try request.query["before"].map { text throws(Failure) in
            guard let sequence = Int64(text) else {
                throw Failure(.invalid, "before: '\(text.prefix(50))' is no sequence number")
            }
            return sequence
        }
        let (found, events) = try await registry.read { reader in
            let found = try target.find(reader)
            var query = EventQuery()
            narrow(&query, found.model.id)
            query.order = .newestFirst
            query.after = before
            query.limit = limit
            var events = try EventLog.events(query, reader.sql)
            if includesEnd, let end = try Self.end(of: found.model, before: before, reader.sql), !events.isEmpty {
                // The last thing that can happen to a version.
                events = Array(([end] + events).prefix(limit))
            }
            return (found, events)
        }
        return .json(
            .record([
                "model": Self.json(found), "events": .array(events.map(Self.json)),
                // A page that is not full is the last one.
                "next_before": events.count == limit ? events.last.map { .integer($0.sequence) } ?? .null : .null,
            ]))
    }

    private static func end(
        of model: RegisteredModel, before: Int64?, _ sql: any SQLConnection
    ) throws -> RecordedEvent? {
        var query = EventQuery()
        query.subject = EventSubject.model(model.id)
        query.kinds = [EventKind.modelDeleted]
        query.order = .newestFirst
        query.after = before
        query.limit = 1
        return try EventLog.events(query, sql).first
    }

    @Sendable private func stages(_ request: Request) async throws -> Response {
        let target = try HistoryTarget(request)
        let moment = try request.query["at"].map { text throws(Failure) in
            guard let moment = Timestamp(rfc3339: text) else {
                throw Failure(
                    .invalid, "at: '\(text.prefix(50))' is no RFC 3339 time", hint: "Write 2026-11-23T09:05:03Z.")
            }
            return moment
        }
        let (found, timeline) = try await registry.read { reader in
            let found = try target.find(reader)
            return (found, try Self.timeline(of: found.model, reader.sql))
        }
        let periods = moment.map { timeline.at($0) } ?? timeline.periods
        return .json(
            .record([
                "model": Self.json(found), "at": .optional(moment?.rfc3339),
                "periods": .array(periods.map(Self.json)),
            ]))
    }

    private static let timelineKinds = [
        EventKind.versionRegistered, EventKind.versionImported, EventKind.stageTransitioned, EventKind.versionDeleted,
        EventKind.modelDeleted,
    ]

    private static func timeline(of model: RegisteredModel, _ sql: any SQLConnection) throws -> StageTimeline {
        var timeline = StageTimeline()
        var query = EventQuery()
        query.subjectTree = EventSubject.model(model.id)
        query.kinds = timelineKinds
        query.limit = 1000
        while true {
            let events = try EventLog.events(query, sql)
            for recorded in events { timeline.receive(recorded) }
            guard events.count == query.limit else { return timeline }
            query.after = events.last?.sequence
        }
    }

    private static func json(_ found: (model: RegisteredModel, deleted: Timestamp?)) -> JSON {
        .record([
            "id": .integer(found.model.id), "name": .string(found.model.name),
            "created_at": .string(found.model.created.rfc3339), "deleted_at": .optional(found.deleted?.rfc3339),
        ])
    }

    private static func json(_ recorded: RecordedEvent) -> JSON {
        .record([
            "sequence": .integer(recorded.sequence), "time": .string(recorded.time.rfc3339),
            "kind": .string(recorded.event.kind), "subject": .string(recorded.event.subject),
            "by": .string(recorded.principal), "reason": .optional(recorded.reason),
            "request_id": .optional(recorded.requestID), "details": recorded.event.details,
        ])
    }

    private static func json(_ period: StagePeriod) -> JSON {
        .record([
            "version": .integer(period.version), "stage": .string(period.stage.rawValue),
            "since": .string(period.since.rfc3339), "until": .optional(period.until?.rfc3339),
            "by": .string(period.by), "reason": .optional(period.reason),
        ])
    }
}

/// Whose history is asked for: the model of a name, or, with `id`, an earlier one that had the name when it was deleted
/// or renamed.
private struct HistoryTarget: Sendable {
    let name: String
    let id: Int64?
    private let rights: Rights

    init(_ request: Request) throws(Failure) {
        rights = request.principal.rights
        name = try request.parameter("name")
        guard let text = request.query["id"] else {
            id = nil
            return
        }
        guard let number = Int64(text) else { throw Failure(.invalid, "id: '\(text.prefix(50))' is no number") }
        id = number
    }

    func find(_ reader: RegistryReader) throws -> (model: RegisteredModel, deleted: Timestamp?) {
        let found = try id.map { try reader.formerModel(id: $0) } ?? reader.formerModel(named: name)
        // It may have a name by now that is none of their business.
        guard let found, try hadName(found.model, reader.sql),
            rights.allow(.read, over: .registeredModel(found.model.name))
        else { throw RegistryReader.noModel(name) }
        return found
    }

    /// Who may read about one name may not read about any other.
    private func hadName(_ model: RegisteredModel, _ sql: any SQLConnection) throws -> Bool {
        if model.name.utf8.elementsEqual(name.utf8) { return true }
        var query = EventQuery()
        query.subject = EventSubject.model(model.id)
        query.kinds = [EventKind.modelRenamed]
        query.order = .newestFirst
        query.limit = 1000
        return try EventLog.events(query, sql).contains { recorded in
            recorded.event.details["name"]?.text.map { $0.utf8.elementsEqual(name.utf8) } ?? false
        }
    }
}

extension StageTimeline {
    mutating func receive(_ recorded: RecordedEvent) {
        let event = recorded.event
        guard let number = EventSubject.number(in: event.subject) else {
            if event.kind == EventKind.modelDeleted { end(at: recorded.time) }
            return
        }
        let change: Change? =
            switch event.kind {
            case EventKind.versionRegistered: .registered
            case EventKind.versionDeleted: .deleted
            case EventKind.versionImported:
                event.details["stage"]?.text.flatMap(Stage.init(rawValue:)).map(Change.moved)
            case EventKind.stageTransitioned: event.details["to"]?.text.flatMap(Stage.init(rawValue:)).map(Change.moved)
            default: nil
            }
        guard let change else { return }
        receive(change, version: number, at: recorded.time, by: recorded.principal, reason: recorded.reason)
    }
}
