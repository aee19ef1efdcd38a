import Core
package import Platform

/// Tells webhooks what happened: a reactor turns events into deliveries, which an outbox sends, at least once.
package struct WebhookDeliveries: JobHandler {
    let database: Database
    let world: World
    let client: OutboundClient
    package let queue: JobQueue
    let retention: DeliveryRetention

    init(
        database: Database, world: World, client: OutboundClient, policy: JobPolicy, retention: DeliveryRetention
    ) {
        self.database = database
        self.world = world
        self.client = client
        self.retention = retention
        queue = JobQueue("registry.webhooks", policy: policy)
    }

    /// Sends what is due.
    package var worker: JobWorker { JobWorker(queue, self, database: database, world: world) }

    var routines: [Routine] {
        [
            Routine("registry.webhooks", every: .seconds(1)) { try await worker.run() },
            Routine("registry.delivery-history", every: .seconds(3600)) { try await prune() },
        ]
    }

    /// Puts a delivery into the outbox for every webhook that wants to be told of an event.
    package var reactor: Reactor {
        Reactor("registry.webhooks", kinds: WebhookPayload.kinds) { recorded, transaction in
            guard let payload = try WebhookPayload(ClippedValues(transaction.sql).restored(recorded)) else { return }
            let webhooks = try WebhookStore(sql: transaction.sql).subscribers(of: payload.topic, at: recorded.time)
            guard !webhooks.isEmpty else { return }
            let body = payload.body(at: recorded.time)
            for webhook in webhooks {
                let (id, now) = (Self.uuid(world.makeID()), world.now())
                try DeliveryStore(sql: transaction.sql).add(
                    id, webhook: webhook, topic: payload.topic, sequence: recorded.sequence, body: body, now: now)
                try queue.enqueue(id, .record(["webhook": .string(webhook)]), transaction)
            }
        }
    }

    /// The usual form of 128 bits: 8-4-4-4-12 hexadecimal digits.
    static func uuid(_ id: String) -> String {
        var parts: [Substring] = []
        var rest = id[...]
        for length in [8, 4, 4, 4] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return (parts + [rest]).joined(separator: "-")
    }

    /// Forgets deliveries that are over.
    package func prune() async throws {
        let now = world.now()
        try await database.write { transaction in
            for id in try DeliveryStore(sql: transaction.sql).prune(retention, now: now) {
                try queue.remove(id, transaction)
            }
        }
    }

    /// Sends a delivery again, now, whatever became of it before.
    /// - Throws: `notFound` when the webhook has no such delivery.
    func redeliver(_ id: String, webhook: String, _ transaction: Transaction) throws -> Delivery {
        let (store, now) = (DeliveryStore(sql: transaction.sql), world.now())
        guard let delivery = try store.delivery(id), delivery.webhookID == webhook else {
            throw Failure(.notFound, "the webhook has no delivery \(id)", hint: "It may be older than the history.")
        }
        if try !queue.retry(id, transaction) {
            try queue.enqueue(id, .record(["webhook": .string(webhook)]), transaction)
        }
        try store.reopen(id, now: now)
        return try store.delivery(id) ?? delivery
    }
}

// MARK: - Sending

extension WebhookDeliveries {
    private struct Message: Sendable {
        let url: String
        let secret: String?
        let body: String
        let isActive: Bool
    }

    package func perform(_ job: Job) async -> JobOutcome {
        do {
            guard let message = try await message(job) else {
                return JobOutcome(.refused, problem: "the webhook or the delivery was deleted")
            }
            guard message.isActive else { return JobOutcome(.refused, problem: "the webhook is disabled") }
            return await send(message, id: job.key)
        } catch {
            return JobOutcome(.failed, problem: error.message)
        }
    }

    private func message(_ job: Job) async throws(Failure) -> Message? {
        try await database.read { sql in
            guard let body = try DeliveryStore(sql: sql).body(job.key), let id = job.payload["webhook"]?.text,
                let webhook = try WebhookStore(sql: sql).webhook(id)
            else { return nil }
            return Message(
                url: webhook.url, secret: try WebhookStore(sql: sql).secret(of: id), body: body,
                isActive: webhook.status == .active)
        }
    }

    /// What is worth keeping of an answer, in bytes.
    private static let keptBody = 2048

    private func send(_ message: Message, id: String) async -> JobOutcome {
        do {
            let response = try await client.send(request(message, id: id))
            let text = String(decoding: response.body.prefix(Self.keptBody).filter { $0 != 0 }, as: UTF8.self)
            let particulars = JSON.record(["status": .int(response.status), "body": .string(text)])
            switch response.status {
            case 200..<300: return JobOutcome(.done, particulars: particulars)
            case 410:
                return JobOutcome(.refused, problem: "the receiver answered 410: gone", particulars: particulars)
            default:
                return JobOutcome(
                    .failed, problem: "the receiver answered \(response.status)",
                    patience: Int64(min(max(response.retryAfter ?? 0, 0), 86_400)) * 1000, particulars: particulars)
            }
        } catch {
            // An address that is not allowed, or none at all, does not get better by waiting.
            return JobOutcome(error.code == .unavailable ? .failed : .refused, problem: error.message)
        }
    }

    private func request(_ message: Message, id: String) -> OutboundRequest {
        let seconds = String(world.now().milliseconds / 1000)
        var headers = [
            (name: "content-type", value: "application/json"), (name: "x-mlflow-delivery-id", value: id),
            (name: "x-mlflow-timestamp", value: seconds),
        ]
        if let secret = message.secret {
            let signature = MessageSignature.hmac("\(id).\(seconds).\(message.body)".utf8, secret: secret)
            headers.append((name: "x-mlflow-signature", value: "v1,\(signature)"))
        }
        return OutboundRequest("POST", message.url, headers: headers, body: Array(message.body.utf8))
    }

    package func record(_ outcome: JobOutcome, of job: Job, state: JobState, _ transaction: Transaction) throws {
        try DeliveryStore(sql: transaction.sql).settle(
            job.key, outcome, attempt: job.attempt, state, now: world.now())
    }

    /// Sends an example to a webhook at once and tells what came back. Nothing is kept.
    func test(_ webhook: Webhook, secret: String?, _ topic: WebhookTopic) async -> Result<OutboundResponse, Failure> {
        let body = WebhookPayload(exampleOf: topic).body(at: world.now())
        let message = Message(url: webhook.url, secret: secret, body: body, isActive: true)
        do throws(Failure) {
            return .success(try await client.send(request(message, id: Self.uuid(world.makeID()))))
        } catch {
            return .failure(error)
        }
    }
}
