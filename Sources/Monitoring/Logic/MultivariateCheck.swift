import Statistics

/// Can a classifier tell the two data sets apart?
enum MultivariateCheck {
    static func run(_ aligned: [AlignedColumn], excluding segment: String?) -> DatasetReport.Multivariate? { nil }
}
