import Core
import Testing

@Suite("Calendar dates")
struct CalendarDateTests {
    @Test(
        "known days",
        arguments: [
            (0, 1970, 1, 1), (-1, 1969, 12, 31), (11_016, 2000, 2, 29), (11_017, 2000, 3, 1), (19_782, 2024, 2, 29),
            (-25_508, 1900, 3, 1), (-25_509, 1900, 2, 28), (-719_528, 0, 1, 1), (-719_529, -1, 12, 31),
        ])
    func knownDays(days: Int, year: Int, month: Int, day: Int) {
        let date = CalendarDate(daysSince1970: days)
        #expect(date.year == year && date.month == month && date.day == day, "\(date)")
    }
}
