import Core
import Foundation
import MLflow
import Migration
import Platform
import TestSupport
import Testing

@Suite("Export to MLflow")
struct ExportTests {
    @Test("what was imported is exported as it was", arguments: Backend.available, Backend.available)
    func roundTrip(_ backend: Backend, _ target: Backend) async throws {
        let fixture = try MigrationFixture(backend)
        try fixture.fill(runs: 30)
        try fixture.mlflow { sql in
            try sql.run(
                script: """
                    INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan)
                        VALUES ('none', 0, 1, '100000000', -5, 1);
                    INSERT INTO datasets VALUES ('d', 0, 'n', 'x', 't', 's', NULL, '{}');
                    INSERT INTO inputs VALUES ('i', 'DATASET', 'd', 'RUN', '100000000', 0),
                        ('o', 'RUN_OUTPUT', '100000000', 'MODEL_OUTPUT', 'm-1', 9);
                    INSERT INTO input_tags VALUES ('i', 'mlflow.data.context', 'eval');
                    INSERT INTO logged_models (model_id, experiment_id, name, artifact_location, creation_timestamp_ms,
                        last_updated_timestamp_ms, status, lifecycle_stage)
                        VALUES ('m-1', 0, 'lm', 'mlflow-artifacts:/0/models/m-1/artifacts', 1, 2, 2, 'deleted');
                    INSERT INTO logged_model_metrics (model_id, metric_name, metric_timestamp_ms, metric_step,
                        metric_value, experiment_id, run_id) VALUES ('m-1', 'k', 1, 2, NULL, 0, '100000000');
                    INSERT INTO trace_info (request_id, experiment_id, timestamp_ms, status, trace_name, session_id,
                        input_tokens, total_cost) VALUES ('tr-1', 0, 5, 'OK', 'ask', 's', 12, 0.1);
                    INSERT INTO assessments (assessment_id, trace_id, name, assessment_type, value, created_timestamp,
                        last_updated_timestamp, source_type, valid, assessment_metadata) VALUES
                        ('a-1', 'tr-1', 'good', 'feedback', '0.5', 7, 8, 'HUMAN', 1, '{"k": "v"}'),
                        ('a-2', 'tr-1', 'is', 'expectation', '{"x": [1, "é"]}', 7, 8, 'CODE', 0, NULL);
                    INSERT INTO registered_models (name, creation_time, last_updated_time, description)
                        VALUES ('m', 1, 2, '');
                    INSERT INTO model_versions (name, version, current_stage, source, storage_location, creation_time)
                        VALUES ('m', 2, 'Staging', 'models:/m-1', 'mlflow-artifacts:/0/models/m-1/artifacts', 5),
                        ('m', 3, 'Deleted_Internal', 'REDACTED-SOURCE-PATH', NULL, 6);
                    INSERT INTO model_version_tags (name, version, key, value) VALUES ('m', 2, 'k', 'v');
                    INSERT INTO registered_model_aliases (name, alias, version) VALUES ('m', 'best', 2);
                    INSERT INTO webhooks (webhook_id, name, url, status, creation_timestamp, last_updated_timestamp)
                        VALUES ('w', 'hook', 'https://example.com', 'ACTIVE', 1, 2);
                    INSERT INTO webhook_events VALUES ('w', 'model_version', 'created');
                    """)
        }
        let imported = try await fixture.run()
        #expect(imported.isComplete, "\(imported.findings)")
        let there = try TestDatabase(target)
        let settings = MLflowExport<TestProduct>.Settings(server: fixture.server, target: there.location)
        let exported = try MLflowExport<TestProduct>(settings).run()
        #expect(exported.isComplete, "\(exported.findings)")
        for (table, rows) in imported.tables {
            #expect(exported.tables[table]?.target == rows.source, "\(table)")
        }
        #expect(exported.tables.count == imported.tables.count && imported.tables.count >= 20)
        #expect(try MLflowExport<TestProduct>(settings).run().written == 0)
    }

    @Test("events of webhooks that MLflow does not know stay behind, and are told of")
    func foreignEvents() async throws {
        let fixture = try MigrationFixture(.sqlite)
        try fixture.fill(runs: 1)
        #expect(try await fixture.run().isComplete)
        try fixture.steward { sql in
            try sql.run(
                script: """
                    INSERT INTO registry_webhook (id, name, description, url, status, created_at, updated_at) VALUES
                        ('w1', 'both', NULL, 'https://a', 'ACTIVE', 1, 1), ('w2', 'own', NULL, 'https://a', 'ACTIVE', 1, 1);
                    INSERT INTO registry_webhook_event (event, webhook_id) VALUES ('model_version.created', 'w1'),
                        ('model_version_stage.transitioned', 'w1'), ('model_version_stage.transitioned', 'w2');
                    """)
        }
        let target = "\(fixture.folder)/exported.db"
        let report = try MLflowExport<TestProduct>(.init(server: fixture.server, target: target)).run()
        #expect(report.isComplete && report.tables[.webhookEvents]?.target.count == 1)
        #expect(report.kinds.first { $0.kind == .webhook }?.written == 1)
        #expect(report.findings.contains { $0.sort == .note && $0.text == "2 not taken along" })
        let entities = try SQLiteDriver(path: target).connect(.reading).withConnection { sql in
            try sql.rows("SELECT entity FROM webhook_events") { $0.text(0) }
        }
        #expect(entities == ["model_version"])
        #expect(try MLflowExport<TestProduct>(.init(server: fixture.server, target: target)).run().written == 0)
    }
}
