import MLflow
import Platform

/// Conditions on the datasets a run used. Several conditions may each be met by another dataset, as in MLflow.
enum DatasetCondition {
    /// True of the runs that used a dataset which meets the comparison.
    /// - Parameter run: an expression for the number of the run.
    static func sql(
        _ comparison: SearchComparison, run: String, _ dialect: SQLDialect, _ parameters: inout SQLParameters
    ) -> String {
        let inputs = "SELECT 1 FROM tracking_dataset_input i"
        if comparison.field.key == "context" {
            let context = parameters.add(.text(DatasetInput.contextTag))
            let condition = SearchCondition.sql("t.value", comparison, dialect, &parameters)
            return """
                EXISTS (\(inputs) JOIN tracking_dataset_input_tag t ON t.input = i.id
                WHERE i.run = \(run) AND t.key = \(context) AND \(condition))
                """
        }
        let column = comparison.field.key == "digest" ? "s.digest" : "s.name"
        let condition = SearchCondition.sql(column, comparison, dialect, &parameters)
        return """
            EXISTS (\(inputs) JOIN tracking_dataset s ON s.id = i.dataset WHERE i.run = \(run) AND \(condition))
            """
    }
}
