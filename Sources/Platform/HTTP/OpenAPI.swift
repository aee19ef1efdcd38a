package import Core

/// The list of endpoints as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1).
package enum OpenAPI {
    /// - Parameters:
    ///   - endpoints: in the order they shall appear.
    ///   - version: of the program.
    package static func document(_ endpoints: [Endpoint], title: String, version: String) -> JSON {
        var paths: [(path: String, operations: [JSON.Member])] = []
        var places: [String: Int] = [:]
        for endpoint in endpoints where !endpoint.isForPeople {
            let path = openPath(endpoint.path)
            let operation = JSON.Member(endpoint.method.lowercased(), operation(endpoint))
            if let place = places[path] {
                paths[place].operations.append(operation)
            } else {
                places[path] = paths.count
                paths.append((path, [operation]))
            }
        }
        return .record([
            "openapi": .string("3.1.1"),
            "info": .record([
                "title": .string(title), "version": .string(version),
                "description": .string("Paths below MLflow's prefixes answer errors in MLflow's form instead."),
            ]),
            "paths": .object(paths.map { JSON.Member($0.path, .object($0.operations)) }),
            "components": .record(["schemas": .record(["Error": errorSchema])]),
            "x-pages": .array(endpoints.filter(\.isForPeople).map(page)),
        ])
    }

    /// Pages and forms are no part of the API. Their addresses are listed apart, for whoever visits all of them.
    private static func page(_ endpoint: Endpoint) -> JSON {
        .record([
            "method": .string(endpoint.method), "path": .string(endpoint.path), "summary": .string(endpoint.summary),
            "x-permission": permission(endpoint.access),
        ])
    }

    /// `{name...}` has no counterpart in OpenAPI and is written as one parameter.
    private static func openPath(_ path: String) -> String {
        path.hasSuffix("...}") ? path.dropLast(4) + "}" : path
    }

    private static func operation(_ endpoint: Endpoint) -> JSON {
        var members: [JSON.Member] = [
            JSON.Member("operationId", .string(operationID(endpoint))),
            JSON.Member("summary", .string(endpoint.summary)),
            JSON.Member("x-permission", permission(endpoint.access)),
            JSON.Member("x-scope", scope(endpoint)),
            JSON.Member("x-effect", .string(endpoint.effect == .reads ? "reads" : "writes")),
        ]
        let parameters = pathParameters(endpoint.path) + endpoint.documentation.query.map(queryParameter)
        let all = parameters + (endpoint.effect == .writes && !endpoint.streams ? [idempotencyKey] : [])
        if !all.isEmpty { members.append(JSON.Member("parameters", .array(all))) }
        if endpoint.streams {
            members.append(
                JSON.Member("requestBody", .record(["content": .record(["application/octet-stream": .object([])])])))
        } else if !endpoint.documentation.request.isEmpty {
            members.append(JSON.Member("requestBody", content(schema(.object(endpoint.documentation.request)))))
        }
        members.append(JSON.Member("responses", responses(endpoint)))
        return .object(members)
    }

    private static func operationID(_ endpoint: Endpoint) -> String {
        let words = endpoint.path.utf8.split { byte in
            !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return ([endpoint.method.lowercased()] + words.map { String($0) ?? "" }).joined(separator: "_")
    }

    private static func permission(_ access: Endpoint.Access) -> JSON {
        switch access {
        case .anyone: .string("anyone")
        case .signedIn: .string("signed-in")
        case .may(let permission): .string(permission.name)
        }
    }

    /// Over what the permission must be held; null where none is asked for.
    private static func scope(_ endpoint: Endpoint) -> JSON {
        guard case .may = endpoint.access else { return .null }
        return switch endpoint.scope {
        case .everything: .string("everything")
        case .filtered: .string("filtered")
        case .subjects: .string("subjects")
        }
    }

    private static func responses(_ endpoint: Endpoint) -> JSON {
        var good: [JSON.Member] = [JSON.Member("description", .string("Done."))]
        if !endpoint.documentation.response.isEmpty {
            good += content(schema(.object(endpoint.documentation.response))).members ?? []
        }
        let failure = JSON.object(
            [JSON.Member("description", .string("What went wrong, and what to do."))]
                + (content(.record(["$ref": .string("#/components/schemas/Error")])).members ?? []))
        return .object([
            JSON.Member(String(endpoint.documentation.status), .object(good)), JSON.Member("default", failure),
        ])
    }

    private static func content(_ schema: JSON) -> JSON {
        .record(["content": .record(["application/json": .record(["schema": schema])])])
    }

    private static func pathParameters(_ path: String) -> [JSON] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { segment in
            let name = segment.dropFirst().dropLast(segment.hasSuffix("...}") ? 4 : 1)
            return .record([
                "name": .string(String(name)), "in": .string("path"), "required": .bool(true),
                "schema": .record(["type": .string("string")]),
            ])
        }
    }

    private static func queryParameter(_ field: Endpoint.Field) -> JSON {
        .record([
            "name": .string(field.name), "in": .string("query"), "required": .bool(field.isRequired),
            "description": .string(field.summary), "schema": schema(field.kind),
        ])
    }

    private static let idempotencyKey = JSON.record([
        "name": .string("Idempotency-Key"), "in": .string("header"), "required": .bool(false),
        "description": .string(
            "Names the request: when it is sent again under the same name it is carried out only once."),
        "schema": .record(["type": .string("string"), "minLength": .int(1), "maxLength": .int(Idempotency.keyLimit)]),
    ])

    private static func schema(_ kind: Endpoint.Field.Kind) -> JSON {
        switch kind {
        case .text: .record(["type": .string("string")])
        case .integer: .record(["type": .string("integer"), "format": .string("int64")])
        case .number: .record(["type": .string("number")])
        case .flag: .record(["type": .string("boolean")])
        case .any: .object([])
        case .list(let element): .record(["type": .string("array"), "items": schema(element)])
        case .object(let fields): object(fields)
        }
    }

    private static func object(_ fields: [Endpoint.Field]) -> JSON {
        let required = fields.filter(\.isRequired).map { JSON.string($0.name) }
        let properties = fields.map { field in
            let description = field.summary.isEmpty ? [] : [JSON.Member("description", .string(field.summary))]
            return JSON.Member(field.name, .object((schema(field.kind).members ?? []) + description))
        }
        return .object(
            [JSON.Member("type", .string("object")), JSON.Member("properties", .object(properties))]
                + (required.isEmpty ? [] : [JSON.Member("required", .array(required))]))
    }

    private static let errorSchema = object([
        Endpoint.Field(
            "error",
            .object([
                Endpoint.Field("code", .text, "invalid, denied, notFound, ...", required: true),
                Endpoint.Field("message", .text, "What happened.", required: true),
                Endpoint.Field("hint", .text, "What to do."),
                Endpoint.Field("request_id", .text, "Names the request in the log.", required: true),
            ]), required: true)
    ])
}
