import Core

/// Ticks of an axis of time: at round moments of the clock and the calendar in UTC, or at round durations.
enum TimeTicks {
    private enum Unit { case milliseconds, days, months, years }

    private static let second = 1000.0
    private static let minute = 60_000.0
    private static let hour = 3_600_000.0
    private static let day = 86_400_000.0

    /// Distances that divide the next larger unit, in milliseconds.
    private static let short: [Double] =
        [1, 2, 5, 10, 20, 50, 100, 200, 500] + [1, 2, 5, 10, 15, 30].map { $0 * second }
        + [1, 2, 5, 10, 15, 30].map { $0 * minute } + [1, 2, 3, 6, 12].map { $0 * hour }
    private static let days: [Double] = [1, 2, 7, 14]
    private static let months: [Double] = [1, 2, 3, 6]

    /// - Parameter domain: milliseconds.
    static func ticks(_ domain: ClosedRange<Double>, count: Int, isElapsed: Bool) -> [ChartAxis.Tick] {
        // Moments that calendars and whole numbers reach; 1e15 is the year 33658.
        guard domain.lowerBound.magnitude < 1e15, domain.upperBound.magnitude < 1e15 else { return [] }
        let rough = (domain.upperBound - domain.lowerBound) / Double(max(1, count))
        if isElapsed { return elapsed(domain, rough) }
        if let step = short.first(where: { $0 >= rough }) { return clock(domain, step) }
        if let step = days.first(where: { $0 * day >= rough }) { return calendarDays(domain, Int(step)) }
        if let step = months.first(where: { $0 * 30.44 * day >= rough }) { return calendarMonths(domain, Int(step)) }
        return years(domain, rough / (365.25 * day))
    }

    private static func clock(_ domain: ClosedRange<Double>, _ step: Double) -> [ChartAxis.Tick] {
        var context = ""
        return multiples(of: step, in: domain).map { value in
            let moment = Moment(value)
            let label =
                step < second
                ? moment.seconds(places: step < 10 ? 3 : step < 100 ? 2 : 1)
                : step < minute ? moment.time : moment.clock
            defer { context = moment.date }
            return ChartAxis.Tick(value, label, context: moment.date == context ? nil : moment.date)
        }
    }

    /// Every day, every other day of a month, or every Monday or other Monday.
    private static func calendarDays(_ domain: ClosedRange<Double>, _ step: Int) -> [ChartAxis.Tick] {
        var context = ""
        let first = Int((domain.lowerBound / day).rounded(.up))
        let last = Int((domain.upperBound / day).rounded(.down))
        guard first <= last else { return [] }
        return (first...last).compactMap { number in
            let date = CalendarDate(daysSince1970: number)
            // 1970-01-01 was a Thursday, so that day 4 was a Monday. The 31st would stand beside the 1st.
            let isTick =
                step < 7
                ? (date.day - 1).isMultiple(of: step) && (step == 1 || date.day < 31)
                : (number - 4).isMultiple(of: step)
            guard isTick else { return nil }
            let year = String(date.year)
            defer { context = year }
            return ChartAxis.Tick(
                Double(number) * day, "\(Moment.months[date.month - 1]) \(date.day)",
                context: year == context ? nil : year)
        }
    }

    private static func calendarMonths(_ domain: ClosedRange<Double>, _ step: Int) -> [ChartAxis.Tick] {
        var context = ""
        let start = CalendarDate(daysSince1970: Int((domain.lowerBound / day).rounded(.down)))
        var (year, month) = (start.year, start.month)
        var ticks: [ChartAxis.Tick] = []
        while let date = CalendarDate(year: year, month: month, day: 1) {
            let value = Double(date.daysSince1970) * day
            if value > domain.upperBound { break }
            if value >= domain.lowerBound, (month - 1).isMultiple(of: step) {
                let text = String(year)
                ticks.append(.init(value, Moment.months[month - 1], context: text == context ? nil : text))
                context = text
            }
            (year, month) = month == 12 ? (year + 1, 1) : (year, month + 1)
        }
        return ticks
    }

    private static func years(_ domain: ClosedRange<Double>, _ rough: Double) -> [ChartAxis.Tick] {
        guard let step = RoundStep(dividing: 0...max(1, rough), into: 1).map({ Int($0.value) }), step > 0 else {
            return []
        }
        let first = CalendarDate(daysSince1970: Int((domain.lowerBound / day).rounded(.down))).year
        let last = CalendarDate(daysSince1970: Int((domain.upperBound / day).rounded(.up))).year
        return (first...last).compactMap { year in
            guard year.isMultiple(of: step), let date = CalendarDate(year: year, month: 1, day: 1) else { return nil }
            let value = Double(date.daysSince1970) * day
            return domain.contains(value) ? ChartAxis.Tick(value, String(year)) : nil
        }
    }

    private static func elapsed(_ domain: ClosedRange<Double>, _ rough: Double) -> [ChartAxis.Tick] {
        let step =
            (short + days.map { $0 * day }).first { $0 >= rough }
            ?? RoundStep(dividing: 0...(rough / day), into: 1).map { $0.value * day }
        guard let step else { return [] }
        return multiples(of: step, in: domain).map { ChartAxis.Tick($0, ChartNumber.duration(milliseconds: $0)) }
    }

    private static func multiples(of step: Double, in domain: ClosedRange<Double>) -> [Double] {
        let first = (domain.lowerBound / step).rounded(.up)
        let last = (domain.upperBound / step).rounded(.down)
        guard first <= last, last - first < 50 else { return [] }
        return (0...Int(last - first)).map { (first + Double($0)) * step }
    }
}

/// A moment taken apart, in UTC.
private struct Moment {
    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `09:05:03.120`
    private let text: Substring
    /// `Nov 26, 2026`
    let date: String

    init(_ milliseconds: Double) {
        let moment = Timestamp(milliseconds: Int64(milliseconds))
        let day = CalendarDate(daysSince1970: Int((milliseconds / 86_400_000).rounded(.down)))
        date = "\(Self.months[day.month - 1]) \(day.day), \(day.year)"
        text = moment.rfc3339.drop { $0 != "T" }.dropFirst().dropLast()
    }

    var clock: String { String(text.prefix(5)) }
    var time: String { String(text.prefix(8)) }
    func seconds(places: Int) -> String { String(text.prefix(9 + places)) }
}
