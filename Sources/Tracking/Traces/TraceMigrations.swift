import Platform

/// The tables of traces. Spans are not in the database: they are the artifact `traces.json` of each trace.
enum TraceMigrations {
    static let all = [
        Migration(
            "tracking-040-traces",
            """
            CREATE TABLE tracking_trace (
                id {pk},
                trace_id {text} NOT NULL UNIQUE,
                experiment {integer} NOT NULL REFERENCES tracking_experiment (id) ON DELETE CASCADE,
                request_time {integer} NOT NULL,
                duration {integer},
                state {text} NOT NULL,
                client_request_id {text},
                request_preview {text},
                response_preview {text}
            );
            CREATE INDEX tracking_trace_order ON tracking_trace (experiment, request_time DESC, trace_id);

            CREATE TABLE tracking_trace_tag (
                trace {integer} NOT NULL REFERENCES tracking_trace (id) ON DELETE CASCADE,
                key {text} NOT NULL,
                value {text} NOT NULL,
                PRIMARY KEY (trace, key)
            ) {clustered};

            CREATE TABLE tracking_trace_metadata (
                trace {integer} NOT NULL REFERENCES tracking_trace (id) ON DELETE CASCADE,
                key {text} NOT NULL,
                value {text} NOT NULL,
                PRIMARY KEY (trace, key)
            ) {clustered};

            CREATE TABLE tracking_trace_run (
                trace {integer} NOT NULL REFERENCES tracking_trace (id) ON DELETE CASCADE,
                run_id {text} NOT NULL,
                PRIMARY KEY (trace, run_id)
            ) {clustered};

            CREATE TABLE tracking_trace_assessment (
                id {pk},
                trace {integer} NOT NULL REFERENCES tracking_trace (id) ON DELETE CASCADE,
                assessment_id {text} NOT NULL,
                body {text} NOT NULL,
                UNIQUE (trace, assessment_id)
            );
            """)
    ]
}
