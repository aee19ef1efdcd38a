/// Names for runs that were given none: an adjective, an animal, a number below 1000.
package enum RunName {
    private static let adjectives = [
        "able", "amber", "ancient", "apt", "autumn", "bold", "brave", "bright", "brisk", "calm", "candid", "careful",
        "cheerful", "clever", "cosmic", "crisp", "curious", "daring", "deep", "distant", "eager", "early", "electric",
        "elegant", "fair", "fearless", "fine", "fleet", "fresh", "gentle", "gifted", "golden", "grand", "happy",
        "hardy", "honest", "humble", "icy", "jolly", "keen", "kind", "lively", "loyal", "lucid", "lucky", "mellow",
        "merry", "mighty", "mild", "misty", "modest", "nimble", "noble", "patient", "placid", "plucky", "polite",
        "proud", "quick", "quiet", "rapid", "rare", "ready", "robust", "rustic", "serene", "sharp", "silent", "silver",
        "sincere", "sleek", "smooth", "snowy", "solar", "spry", "steady", "stoic", "subtle", "sunny", "swift",
        "tidy", "tranquil", "upbeat", "valiant", "vivid", "warm", "wise", "witty", "zesty",
    ]
    private static let animals = [
        "ant", "badger", "bat", "bear", "beaver", "bee", "bison", "boar", "carp", "cat", "cod", "crab", "crane",
        "cricket", "crow", "deer", "dolphin", "dove", "duck", "eagle", "eel", "elk", "falcon", "ferret", "finch",
        "fox", "frog", "gecko", "goat", "goose", "grouse", "gull", "hare", "hawk", "hen", "heron", "horse", "ibex",
        "jackal", "jay", "koala", "lark", "lemur", "lion", "lizard", "llama", "lynx", "magpie", "marten", "mole",
        "moose", "moth", "mouse", "newt", "otter", "owl", "ox", "panda", "perch", "pike", "pony", "puffin", "quail",
        "rabbit", "ram", "raven", "robin", "salmon", "seal", "shark", "sheep", "shrew", "skink", "sloth", "snail",
        "sparrow", "squid", "stork", "swan", "swift", "tern", "tiger", "toad", "trout", "turtle", "vole", "weasel",
        "whale", "wolf", "wren", "yak", "zebra",
    ]

    /// - Parameter random: any 64 bits.
    package static func make(_ random: UInt64) -> String {
        let adjective = adjectives[Int(random % UInt64(adjectives.count))]
        let animal = animals[Int((random >> 16) % UInt64(animals.count))]
        return "\(adjective)-\(animal)-\((random >> 40) % 1000)"
    }
}
