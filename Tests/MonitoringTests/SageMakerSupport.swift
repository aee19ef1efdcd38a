import Core
import Statistics

/// Documents in the shape of SageMaker Model Monitor's, with made-up figures.
enum SageMakerDocuments {
    static let statistics = """
        {"version": 0.0, "dataset": {"item_count": 10}, "features": [
          {"name": "age", "inferred_type": "Integral", "numerical_statistics": {
            "common": {"num_present": 10, "num_missing": 0}, "mean": 5.5, "sum": 55.0, "std_dev": 2.8722813232690143,
            "min": 1.0, "max": 10.0, "distribution": {"kll": {
              "buckets": [{"lower_bound": 1.0, "upper_bound": 10.0, "count": 10.0}],
              "sketch": {"parameters": {"c": 0.64, "k": 2048.0},
                         "data": [[3.0, 1.0, 2.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]]}}}}},
          {"name": "score", "inferred_type": "Fractional", "numerical_statistics": {
            "common": {"num_present": 9, "num_missing": 1}, "mean": 0.5, "sum": 4.5, "std_dev": 0.25,
            "min": 0.0, "max": 1.0, "distribution": {"kll": {
              "sketch": {"parameters": {"c": 0.64, "k": 2048.0}, "data": [[0.9], [0.1, 0.5], [0.7]]}}}}},
          {"name": "coarse", "inferred_type": "Fractional", "numerical_statistics": {
            "common": {"num_present": 10, "num_missing": 0}, "mean": 1.0, "sum": 10.0, "std_dev": 1.0,
            "min": 0.0, "max": 2.0, "distribution": {"kll": {
              "buckets": [{"lower_bound": 0.0, "upper_bound": 1.0, "count": 6.0},
                          {"lower_bound": 1.0, "upper_bound": 2.0, "count": 4.0}]}}}},
          {"name": "country", "inferred_type": "String", "string_statistics": {
            "common": {"num_present": 10, "num_missing": 0}, "distinct_count": 2.0, "distribution": {
              "categorical": {"buckets": [{"value": "NL", "count": 6}, {"value": "DE", "count": 4}]}}}},
          {"name": "empty", "inferred_type": "Unknown"}
        ]}
        """

    static let constraints = """
        {"version": 0.0, "features": [
          {"name": "age", "inferred_type": "Integral", "completeness": 1.0,
           "num_constraints": {"is_non_negative": true}},
          {"name": "score", "inferred_type": "Fractional", "completeness": 0.9,
           "monitoringConfigOverrides": {"distribution_constraints": {"comparison_threshold": 0.4}}},
          {"name": "country", "inferred_type": "String", "completeness": 1.0,
           "string_constraints": {"domains": ["NL", "DE"]}}],
         "monitoring_config": {"evaluate_constraints": "Enabled", "emit_metrics": "Enabled",
           "datatype_check_threshold": 1.0, "domain_content_threshold": 1.0,
           "distribution_constraints": {"perform_comparison": "Enabled", "comparison_threshold": 0.1,
             "comparison_method": "Simple", "categorical_comparison_threshold": 0.1,
             "categorical_drift_method": "LInfinity"}}}
        """

    static func profile(_ columns: [Column]) throws -> TableProfile {
        var profile = TableProfile.zero
        try profile.update(Table(columns: columns, rowCount: columns.first?.count ?? 0))
        return profile
    }

    static func numbers(_ name: String, _ values: [Double]) -> Column {
        Column(name: name, kind: .num, values: .numbers(NumberColumn(values: values)))
    }

    static func strings(_ name: String, _ values: [String]) -> Column {
        let dictionary = Array(Set(values)).sorted()
        let indices = values.map { Int32(dictionary.firstIndex(of: $0)!) }
        return Column(name: name, kind: .cat, values: .strings(StringColumn(indices: indices, dictionary: dictionary)))
    }
}
